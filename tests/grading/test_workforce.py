"""A class on a Dask cluster: real scheduler, real workers, one of them killed in the middle."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from graded import hand_in, outcomes, start, stored, wait_for_app
from processes_of import all_end, descendants
from tiny_checks import ECHO, change_check, write_checks

from clinic.catalog import load_course
from clinic.stubs import wait_until

pytestmark = pytest.mark.xdist_group("cluster")

SLOW = "import time\ntime.sleep(3)\n" + ECHO


@contextlib.contextmanager
def program(*command: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | env,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def scheduler(root: Path, allowed_failures: int) -> Iterator[str]:
    place = root / "scheduler.json"
    options = ["--scheduler-file", str(place), "--host", "127.0.0.1", "--port", "0"]
    failures = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
    with program("distributed.cli.dask_scheduler", *options, "--no-dashboard", **failures):
        assert wait_until(place.exists, 120)
        yield json.loads(place.read_text())["address"]


def worker(
    root: Path, address: str, name: str, course: str = "course"
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    return program(
        "distributed.cli.dask_worker",
        address,
        *("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name),
        *("--local-directory", str(root / name)),
        CLINIC_COURSE=str(root / course),
    )


@pytest.mark.parametrize("allowed_failures", [3, 0], ids=["judged-elsewhere", "judged-here"])
def test_a_worker_that_is_killed_in_the_middle_costs_nobody_anything(
    tmp_path: Path, allowed_failures: int
) -> None:
    write_checks(tmp_path / "course")
    for number in range(6):
        hand_in(tmp_path, f"s{number}", {"echo": SLOW + f"# {number}\n"})
    with (
        scheduler(tmp_path, allowed_failures) as address,
        worker(tmp_path, address, "one") as first,
        worker(tmp_path, address, "two") as second,
    ):
        process = start(tmp_path, "--scheduler", address)
        judges = wait_for_app(first.pid)
        first.kill()
        said, told = process.communicate()
        assert process.returncode == 0, told
        assert all_end(judges), "with the worker, its judges end"
        assert wait_until(lambda: not descendants(second.pid), 60), "a run leaves no judge there"
    assert "6 students: 6 graded now (6 exercises), 0 as before." in said
    assert [outcomes(row) for row in stored(tmp_path).values()] == [{"echo": "repaired"}] * 6


def test_a_worker_with_other_checks_refuses_in_words(tmp_path: Path) -> None:
    write_checks(tmp_path / "course")
    write_checks(tmp_path / "other")
    change_check(load_course(tmp_path / "other"), "the word comes back", "a word comes back")
    hand_in(tmp_path, "ada", {"echo": ECHO})
    with scheduler(tmp_path, 3) as address, worker(tmp_path, address, "one", course="other"):
        process = start(tmp_path, "--scheduler", address)
        _, told = process.communicate()
    assert process.returncode == 1
    assert "cannot grade: its course in" in told.splitlines()[-1]
    assert "has other checks" in told.splitlines()[-1]
    assert "Traceback" not in told


def test_an_address_where_nobody_answers_is_said_in_one_sentence(tmp_path: Path) -> None:
    write_checks(tmp_path / "course")
    hand_in(tmp_path, "ada", {"echo": ECHO})
    process = start(tmp_path, "--scheduler", "tcp://127.0.0.1:1")
    _, told = process.communicate()
    assert process.returncode == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:1." in told.splitlines()[-1]
    assert "Traceback" not in told
