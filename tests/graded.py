"""A class that is really graded: submissions on disk and the command that judges them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from paper import notebook_bytes
from processes_of import command_of, descendants

from clinic.stubs import wait_until


def hand_in(root: Path, student: str, sources: Mapping[str, str]) -> Path:
    """Write a student's notebook into the class under ``root``."""
    folder = root / "class" / student
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "00_start_here.ipynb"
    path.write_bytes(notebook_bytes(sources))
    return path


def start(root: Path, *options: str, out: str = "out", **env: str) -> subprocess.Popen[str]:
    """Start ``clinic grade`` on the class, in a process group of its own."""
    command = [sys.executable, "-m", "clinic", "grade", str(root / "class")]
    return subprocess.Popen(
        [*command, "--out", str(root / out), "--no-sandbox", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"CLINIC_COURSE": str(root / "course")} | env,
        process_group=0,
    )


def run(root: Path, *options: str, out: str = "out") -> subprocess.CompletedProcess[str]:
    """Run ``clinic grade`` on the class to its end."""
    process = start(root, *options, out=out)
    said, told = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, said, told)


def stored(root: Path, out: str = "out") -> dict[str, dict[str, Any]]:
    """Return the result files by key."""
    paths = (root / out / "results").glob("*.json")
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


def outcomes(result: Mapping[str, Any]) -> dict[str, str]:
    """Return the outcomes of the rules that were attempted."""
    rows = result["rules"]
    return {row["rule"]: row["outcome"] for row in rows if row["outcome"] != "not_attempted"}


def wait_for_app(pid: int) -> list[int]:
    """Wait until a submission runs below this process; return all its descendants then."""
    assert wait_until(lambda: _apps(pid) != [], 200)
    return descendants(pid)


def _apps(pid: int) -> list[int]:
    found = descendants(pid)
    launchers = [child for child in found if "clinic.launcher" in command_of(child)]
    return [child for launcher in launchers for child in descendants(launcher)]
