"""How the namespaces of a submission are made; what holds inside is in grading/test_sandbox."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.boxes import Box, BoxPlan
from clinic.confinement import Limits
from clinic.errors import MachineError
from clinic.process_tree import Entry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def plan_of(store: Path, *holder: str) -> BoxPlan:
    return BoxPlan(holder, str(store), "/clinic/view", Limits())


def test_a_plan_travels_as_json(tmp_path: Path) -> None:
    plan = BoxPlan(("bwrap", "--unshare-user"), str(tmp_path), "/view", Limits(processes=7))
    assert BoxPlan.from_json(plan.to_json()) == plan


def test_the_folder_around_the_mounted_parts_stays_outside(tmp_path: Path) -> None:
    command = plan_of(tmp_path, "bwrap").command("app-x")
    bound = [command[i + 1] for i, word in enumerate(command) if word == "--bind"]
    assert bound == [f"{tmp_path}/app-x/{part}" for part in ("work", "tmp", "shm")]


@pytest.mark.parametrize("part", ["work", "tmp", "shm"])
def test_a_link_in_the_place_of_a_part_is_not_mounted(tmp_path: Path, part: str) -> None:
    (tmp_path / "app-x").mkdir()
    (tmp_path / "app-x" / part).symlink_to("/etc")
    with pytest.raises(MachineError, match="cannot be made"):
        Box.open(plan_of(tmp_path, "/bin/true"), "app-x")


def test_a_holder_that_is_refused_says_so(tmp_path: Path) -> None:
    (tmp_path / "app-x").mkdir()
    refused = plan_of(tmp_path, "/bin/sh", "-c", "echo no namespaces here >&2; exit 1")
    with pytest.raises(MachineError, match="no namespaces here"):
        Box.open(refused, "app-x")


@pytest.fixture
def victim() -> Iterator[tuple[int, int]]:
    """A process that may be killed, and a descriptor that stands for it."""
    pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    yield pid, (held := os.pidfd_open(pid))
    os.close(held)


def ended_by(victim: tuple[int, int]) -> int:
    os.kill(victim[0], signal.SIGTERM)  # too late where it was killed
    return os.WTERMSIG(os.waitpid(victim[0], 0)[1])


@pytest.mark.parametrize(
    ("found", "verdict"),
    [(7, ""), (8, "The app was ended: it started more than 5 processes.")],
)
def test_a_crowd_of_processes_is_ended(
    tmp_path: Path, victim: tuple[int, int], found: int, verdict: str
) -> None:
    """The first process of the box and what waits are none of the submission."""
    for name in (*range(1, found + 1), "meminfo", "self"):
        (tmp_path / str(name)).touch()
    seen = os.open(tmp_path, os.O_RDONLY)
    box = Box(Limits(processes=5), -1, 2**30, victim[1], -1, (), seen)
    assert [box.end_crowd(), box.end_crowd()] == [verdict] * 2, "looked at from the beginning"
    os.close(seen)
    assert ended_by(victim) == (signal.SIGKILL if verdict else signal.SIGTERM)


@pytest.mark.parametrize(
    ("threads", "verdict"),
    [(10, ""), (50, "The app was ended: it started more than 70 threads.")],
)
def test_a_crowd_of_threads_is_ended(victim: tuple[int, int], threads: int, verdict: str) -> None:
    init = 2**30  # no process has this id
    entries = {init + i: Entry(init + i, init + i - 1, threads, 1, 0.0) for i in range(2)}
    box = Box(Limits(threads=70), -1, init, victim[1], -1, (), -1)
    assert box.watch(entries, 0) == verdict
    assert ended_by(victim) == (signal.SIGKILL if verdict else signal.SIGTERM)


LOST = """
import os, shutil, signal, sys, time
from pathlib import Path
from clinic import confinement
from clinic.boxes import Box, BoxPlan
from clinic.confinement import Limits
from clinic.launcher import _adopt_orphans

root = Path(sys.argv[1])
(root / "store" / "app-x").mkdir(parents=True)
kinds = ("user", "pid", "ipc", "uts", "cgroup-try")
bwrap = (shutil.which("bwrap"), *(f"--unshare-{kind}" for kind in kinds))
holder = (*bwrap, "--dev-bind", "/", "/", "--proc", "/proc", "--tmpfs", "/mnt")
plan = BoxPlan(holder, f"{root}/store", "/mnt", Limits())
_adopt_orphans()
box = Box.open(plan, "app-x")
between = os.fork()
if between == 0:
    for namespace in box.namespaces:
        confinement.setns(namespace)
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
assert os.waitpid(between, 0)[1] == 0
other = os.fork()
if other == 0:
    os._exit(7)
os.waitid(os.P_PID, other, os.WEXITED | os.WNOWAIT)
signal.alarm(60)
box.close({other})
print(os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]))
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("nobody is left")
"""


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap here")
def test_a_process_lost_on_its_way_in_does_not_keep_the_box_from_closing(tmp_path: Path) -> None:
    """Its namespace ends only when it is reaped; another's child is left to who waits for it."""
    ended = subprocess.run(
        [sys.executable, "-c", LOST, str(tmp_path)], capture_output=True, text=True
    )
    assert ended.stdout.split("\n") == ["7", "nobody is left", ""], ended.stderr
