"""Try the sandbox out: start one around a few lines of our own and see what they can do.

``python -m clinic.grading.probe QUESTIONS`` runs in the outer sandbox, in a judge's place, and
starts apps in inner ones as a check does. A finding is what was seen, not what was configured.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinic.errors import ClinicError, MachineError

if TYPE_CHECKING:
    from clinic.grading.sandbox import Enclosure
    from clinic.processes import LauncherClient

LONGEST_PROBE = 120.0

_WAY_OUT = "code that you trust can be graded with --no-sandbox."


@dataclass(frozen=True, slots=True)
class Found:
    """What the child in the inner sandbox told; ``error`` where it never came that far."""

    error: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


def probe(enclosure: Enclosure, questions: Mapping[str, Any] | None = None) -> Found:
    """Run a probe in a sandbox such as a judge gets, and return what it found.

    Without ``questions`` (see :func:`.probing.findings`) it only tries whether a process can be
    confined, which takes a fraction of a second.
    """
    ours, theirs = socket.socketpair()
    nowhere = Path("/nonexistent")
    with tempfile.TemporaryDirectory(prefix="clinic-probe-") as name, ours, theirs:
        folder = Path(name)
        program = [sys.executable, "-m", "clinic.grading.probe", json.dumps(questions)]
        environment = dict(os.environ) | {"TMPDIR": name, "PYTHONSAFEPATH": "1"}
        try:
            done = subprocess.run(
                enclosure.enclose(nowhere, folder, program, theirs.fileno()),
                env=enclosure.environment(folder, environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_PROBE,
                text=True,
                errors="replace",
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Found(f"it gave no answer within {LONGEST_PROBE:g} s")
        except OSError as error:
            return Found(str(error))
    try:
        return Found(**json.loads(done.stdout))
    except (ValueError, TypeError):
        lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        return Found(lines[-1])


def explain(error: str) -> str:
    """Return one sentence that says what this machine refuses, and what to do about it."""
    for path, bad, sentence in _SWITCHES:
        if _reads(path) == bad:
            return f"The sandbox cannot be made, because {sentence}; {_WAY_OUT}"
    refused = any(word in error.lower() for word in ("permi", "denied", "namespace"))
    inside = any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv"))
    if refused and inside:
        return (
            f"The sandbox cannot be made in this container ({error}): start it with "
            "`--security-opt seccomp=unconfined --security-opt systempaths=unconfined`, or "
            f"grade outside of it; {_WAY_OUT}"
        )
    return f"The sandbox cannot be made on this machine ({error}); {_WAY_OUT}"


_SWITCHES = (
    (
        "/proc/sys/user/max_user_namespaces",
        "0",
        "user namespaces are switched off: `sudo sysctl user.max_user_namespaces=10000`",
    ),
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "only root may make user namespaces: `sudo sysctl kernel.unprivileged_userns_clone=1`",
    ),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor restricts user namespaces (the default of Ubuntu since 24.04): "
        "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`",
    ),
)


def _reads(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def main(argv: list[str]) -> int:
    """In the outer sandbox: try an inner one, and print what was found."""
    plan = json.loads(os.environ["CLINIC_SANDBOX"])
    questions = json.loads(argv[0])
    try:
        told = _enter_once(plan) if questions is None else _ask(plan, questions)
    except ClinicError as error:
        print(json.dumps({"error": str(error)}))
        return 0
    print(json.dumps({"told": told}))
    return 0


def _enter_once(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Send a process into an inner sandbox, and nothing more."""
    from clinic import confinement
    from clinic.boxes import Box, BoxPlan

    confinement.adopt_orphans()
    boxes = BoxPlan.from_json(plan)
    Path(boxes.store, "probe").mkdir()
    box = Box.open(boxes, "probe")
    pid = box.enter([])
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    box.close()
    return {}


_ASKING = """
import json
from clinic.grading.probing import findings
print(json.dumps(findings(**{questions!r})))
"""
_HOARDING = """
kept = []
while True:
    kept.append(bytearray(b"x" * 2**23))
"""


def _ask(plan: Mapping[str, Any], questions: Mapping[str, Any]) -> dict[str, Any]:
    """Start apps in inner sandboxes as a check does, and return what they and we saw."""
    from clinic.processes import LauncherClient, listen

    client = LauncherClient.open()
    client.confine(plan)
    with listen() as server:
        given = dict(questions) | {"ports": [server.getsockname()[1]]}
        text, log = _run_app(client, _ASKING.format(questions=given))
    try:
        told: dict[str, Any] = json.loads(text)
    except ValueError:
        raise MachineError(f"the app that should answer ended: {log[-500:]}") from None
    told["hoarder"] = _run_app(client, _HOARDING)[1]
    client.close()
    return told


def _run_app(client: LauncherClient, source: str) -> tuple[str, str]:
    """Run a cell to its end; return what it printed, and what else there is to say of it."""
    from clinic.processes import AppProcess
    from clinic.scratch import make_workdir

    workdir, _ = make_workdir()
    process = AppProcess.start(client, source, workdir, {})
    process.wait(LONGEST_PROBE / 3)
    process.stdout.wait_until_closed(1)
    process.close()
    return process.stdout.text(), process.why_stopped or process.log.text()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
