"""``clinic doctor``: what of safe grading works on this machine, tried and not guessed."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import clinic
from clinic import syscall_filter
from clinic.catalog import find_course
from clinic.confinement import Limits
from clinic.errors import MachineError, UsageError
from clinic.grading import probe, sandbox
from clinic.processes import listen

_LIMITS = Limits(threads=24, memory=192 * 1024**2)
_DISK = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was tried: ``why`` it matters, and what to do where it does not work.

    Grading is safe without an ``optional`` one.
    """

    name: str
    works: bool
    why: str
    todo: str = ""
    optional: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the row of ``clinic doctor --json``."""
        row = {"name": self.name, "works": self.works, "why": self.why, "optional": self.optional}
        return row if self.works else row | {"todo": self.todo}

    def to_text(self) -> str:
        """Return the line for a terminal."""
        head = f"{'yes' if self.works else 'no':<4} {self.name}: {self.why}"
        return head if self.works or not self.todo else f"{head}\n     {self.todo}"


def examine(course: Path) -> list[Line]:
    """Try everything that grading needs on this machine; takes some seconds."""
    lines = [*_programs(), *_sandbox(course)]
    return [*lines, *_extras()]


def _programs() -> list[Line]:
    version = _output("bwrap", "--version")
    return [
        Line(
            f"Linux ({platform.system()} {platform.release()})",
            sys.platform == "linux",
            "only its kernel makes such sandboxes",
            "grade in a Linux machine or container",
        ),
        Line(
            f"bubblewrap ({version or 'not found'})",
            bool(version),
            "it makes the sandboxes",
            "apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)",
        ),
        Line(
            f"filter of system calls for {platform.machine()}",
            syscall_filter.supports(platform.machine()),
            "code under judgement may not mount, trace or hide memory",
            "grade on an x86_64 or aarch64 machine",
        ),
    ]


def _sandbox(course: Path) -> list[Line]:
    with listen() as server:
        found = _probe(course, server.getsockname()[1])
    works = Line(
        "sandbox in a sandbox, entered from a warm process",
        not found.error,
        "the judge in the outer one, a submission in the inner one, within milliseconds",
        probe.explain(found.error) if found.error else "",
    )
    return [works] if found.error else [works, *held(found.told)]


def _probe(course: Path, host_port: int) -> probe.Found:
    hidden = [course / name for name in ("tests", "solutions", "notebooks", ".git")]
    hidden += [Path("/root"), Path("/home"), Path("/etc/shadow"), Path(sandbox.STORE)]
    own = Path(clinic.__file__).resolve()
    needed = [*sandbox.python_places(), own]
    questions = {
        # A folder on the way to Python exists inside, empty but for that way.
        "hidden": [str(p) for p in hidden if not any(q.is_relative_to(p) for q in needed)],
        "host_port": host_port,
    }
    try:
        enclosure = sandbox.available()
    except MachineError as error:
        return probe.Found(str(error))
    return probe.probe(replace(enclosure, limits=_LIMITS, disk_bytes=_DISK), questions)


def held(told: Mapping[str, Any]) -> list[Line]:
    """Return the lines on what a probe told (see :func:`.probing.findings`)."""
    seen = ", ".join([*told["seen"], *told["writable"]])
    no_way = not told["outside"] and not told["host_loopback"] and told["interfaces"] == ["lo"]
    return [
        Line(
            "no privileges",
            set(told["capabilities"]) == {"0" * 16}
            and (told["no_new_privileges"], told["seccomp"]) == ("1", "2"),
            "no capability, no way to gain one, and the filter is on",
            _REPORT,
        ),
        Line(
            "private loopback",
            bool(told["judge_loopback"]),
            "the judge reaches the app, and the app the partners of the check",
            _REPORT,
        ),
        Line("no way to the network", no_way, "no internet, no port of this machine", _REPORT),
        Line(
            "no sight of the course and the homes",
            not seen,
            "checks, answers and other people's files cannot be read, the system not written",
            f"it reaches {seen}",
        ),
        Line(
            "no sight of other processes",
            told["processes"] <= 4,
            "it cannot signal, trace or read the judge",
            _REPORT,
        ),
        Line(
            f"limit of processes ({told['most_processes']} of {_LIMITS.threads} started)",
            told["most_processes"] <= _LIMITS.threads,
            "a fork bomb stays small",
            "use Linux 5.14 or newer, which counts them per sandbox",
        ),
        Line("limit of memory", "memory" in told["hoarder"], "a hoarder is ended alone", _REPORT),
        Line(
            f"limit of files ({told['disk'] // 1024**2} of {_DISK // 1024**2} MB written)",
            0 < told["disk"] <= _DISK,
            "no disk is filled up",
            _REPORT,
        ),
    ]


_REPORT = "please report this with the output of `clinic doctor --json`"


def _extras() -> list[Line]:
    browsers = ("chromium", "chromium-browser", "google-chrome")
    return [
        Line(
            "dask.distributed",
            importlib.util.find_spec("distributed") is not None,
            "grades on many machines with --scheduler",
            "pip install 'fastapi-clinic[cluster]'",
            optional=True,
        ),
        Line(
            "chromium",
            any(map(shutil.which, browsers)),
            "runs the course's own tests in a browser; grading does without",
            "apt install chromium",
            optional=True,
        ),
    ]


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def grading_is_safe(lines: list[Line]) -> bool:
    """Tell whether everything works that is not optional."""
    return all(line.works or line.optional for line in lines)


def _user() -> str:
    return "root" if os.geteuid() == 0 else f"user {os.geteuid()}"


def text(lines: list[Line]) -> str:
    """Return the report for a terminal."""
    last = (
        f"Grading strangers' code is safe here (tried as {_user()})."
        if grading_is_safe(lines)
        else "Grading strangers' code is not safe here; what says no above is missing."
    )
    return "\n".join([*(line.to_text() for line in lines), last])


def run(arguments: argparse.Namespace) -> int:
    """Print the report of this machine; return 0 where grading is safe, 1 otherwise."""
    lines = examine(_course())
    if arguments.json:
        print(json.dumps([line.to_json() for line in lines], indent=2))
    else:
        print(text(lines))
    return 0 if grading_is_safe(lines) else 1


def _course() -> Path:
    try:
        return find_course().root
    except UsageError:  # the machine can be tried without one
        return Path("/nonexistent")
