"""How the namespaces of a submission are made; what holds inside is in grading/test_sandbox."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clinic.boxes import Box, BoxPlan
from clinic.confinement import Limits
from clinic.errors import MachineError

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
holder = (*bwrap, "--dev-bind", "/", "/", "--proc", "/proc")
plan = BoxPlan(holder, f"{root}/store", f"{root}/view", Limits())
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
