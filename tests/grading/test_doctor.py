"""``clinic doctor``, on this machine: as the user of the tests, and as an ordinary one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import clinic
from clinic.cli import main
from clinic.confinement import Limits
from clinic.grading import doctor

pytestmark = [
    pytest.mark.xdist_group("sandbox"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap here"),
]

ORDINARY = 65533


def unsafe(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if not row["works"] and not row["optional"]]


def test_this_machine_grades_safely(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert unsafe(rows) == []
    assert len(rows) > 10


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user already")
def test_it_is_as_safe_for_an_ordinary_user() -> None:
    python = python_for_everybody()
    if python is None:
        pytest.skip("no Python of this version that another user may start")
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    done = subprocess.run(
        [python, "-m", "clinic", "doctor", "--json"],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(Path(clinic.__file__).parent.parent), *packages]),
        },
        user=ORDINARY,
        group=ORDINARY,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert unsafe(json.loads(done.stdout)) == []


def python_for_everybody() -> str | None:
    """Return a Python of this version that an ordinary user can run."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            done = subprocess.run([name, "-c", ""], user=ORDINARY, cwd="/", check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return name
    return None


def test_a_machine_without_bubblewrap_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "no   bubblewrap (not found)" in told
    assert "apt install bubblewrap" in told
    assert told.endswith("is not safe here; what says no above is missing.\n")


def test_a_limit_that_does_not_hold_is_told() -> None:
    """What the probe tells decides, not what was asked for."""
    held = {
        "capabilities": ["0" * 16],
        "no_new_privileges": "1",
        "seccomp": "2",
        "processes": 3,
        "most_processes": Limits().threads * 100,
        "disk": 1024**4,
        "seen": ["/home"],
        "writable": [],
        "interfaces": ["lo", "eth0"],
        "outside": [],
        "host_loopback": False,
        "judge_loopback": True,
        "hoarder": "",
    }
    names = [line.name for line in doctor.held(held) if not line.works]
    assert [name.split(" (")[0] for name in names] == [
        "no way to the network",
        "no sight of the course and the homes",
        "limit of processes",
        "limit of memory",
        "limit of files",
    ]
