"""What code in an inner sandbox can see and do: the questions of ``clinic doctor``.

:func:`findings` runs as an app of the sandbox and asks the kernel, not a configuration.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_OUTSIDE = (("1.1.1.1", 53), ("8.8.8.8", 443))


def findings(hidden: Sequence[str], ports: Sequence[int], host_port: int) -> dict[str, Any]:
    """Return what this process can see and do.

    ``hidden`` are paths that it must not see, ``ports`` those of the judge's loopback that it must
    reach, ``host_port`` one of the machine's that it must not.
    """
    status = _status()
    return {
        "capabilities": sorted({status[f"Cap{kind}"] for kind in ("Prm", "Eff", "Bnd", "Amb")}),
        "no_new_privileges": status["NoNewPrivs"],
        "seccomp": status["Seccomp"],
        "user": os.getuid(),
        "processes": len([name for name in os.listdir("/proc") if name.isdecimal()]),
        "most_processes": _count(_start_sleeper, 4000),
        "disk": _fill(Path("full")),
        "seen": [path for path in hidden if os.path.lexists(path)],
        "writable": [path for path in ("/", "/usr", "/etc", "/dev") if os.access(path, os.W_OK)],
        "interfaces": _interfaces(),
        "outside": [place for place in _OUTSIDE if _connects(*place)],
        "host_loopback": _connects("127.0.0.1", host_port),
        "judge_loopback": all(_connects("127.0.0.1", port) for port in ports),
    }


def _status() -> dict[str, str]:
    lines = Path("/proc/self/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def _interfaces() -> list[str]:
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return [line.partition(":")[0].strip() for line in lines]


def _connects(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), 3):
        return True
    return False


def _count(start: Callable[[], int], most: int) -> int:
    """Return how many children this process can have at once."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        while len(children) < most:
            children.append(start())
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(children)


def _start_sleeper() -> int:
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    return pid


def _fill(folder: Path) -> int:
    """Return how many bytes fit into the work directory."""
    folder.mkdir()
    block, written = bytes(1024**2), 0
    with contextlib.suppress(OSError):
        for number in range(4096):
            written += (folder / str(number)).write_bytes(block)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return written
