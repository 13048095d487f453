"""Try the sandbox out: start one around a few lines of our own, and let them tell what they can do.

``python -m clinic.grading.probe`` runs inside the outer sandbox; the child that it sends into the
inner one reports. A finding is what was seen, never what was configured.
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

if TYPE_CHECKING:
    from clinic.grading.sandbox import Enclosure

LONGEST_PROBE = 120.0

_WAY_OUT = "code that you trust can be graded with --no-sandbox."


@dataclass(frozen=True, slots=True)
class Found:
    """What the child in the inner sandbox told; ``error`` where it never came that far."""

    error: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


def probe(enclosure: Enclosure, course: Path = Path("/nonexistent")) -> Found:
    """Run the probe in a sandbox as a judge gets it, and return what it found."""
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryDirectory(prefix="clinic-probe-") as name, ours, theirs:
        folder = Path(name)
        program = [sys.executable, "-m", "clinic.grading.probe"]
        environment = dict(os.environ) | {"TMPDIR": name}
        try:
            done = subprocess.run(
                enclosure.enclose(course, folder, program, theirs.fileno()),
                env=enclosure.environment(course, folder, environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_PROBE,
                text=True,
                errors="replace",
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
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
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


def main() -> int:
    """Inside the outer sandbox: send a child into an inner one, and print what it tells."""
    from clinic import confinement
    from clinic.boxes import Box, BoxPlan
    from clinic.errors import MachineError
    from clinic.grading.probing import findings

    confinement.adopt_orphans()
    plan = BoxPlan.from_json(json.loads(os.environ["CLINIC_SANDBOX"]))
    Path(plan.store, "probe").mkdir()
    answer, tells = os.pipe()
    try:
        box = Box.open(plan, "probe")
        pid = box.enter([tells])
    except MachineError as error:
        print(json.dumps({"error": str(error)}))
        return 0
    if pid == 0:
        os.write(tells, json.dumps(findings(f"{plan.view}/probe/work")).encode())
        os._exit(0)
    os.close(tells)
    with open(answer, "rb") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    box.close()
    print(json.dumps({"told": json.loads(told or b"{}")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
