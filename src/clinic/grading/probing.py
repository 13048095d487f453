"""What the probe's child finds inside the inner sandbox."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def findings(workdir: str) -> dict[str, Any]:
    """Return what this process can see and do."""
    os.chdir(workdir)
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
    )
    return {
        "capabilities": [status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")],
        "no_new_privileges": status["NoNewPrivs"],
        "seccomp": status["Seccomp"],
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdecimal()),
    }
