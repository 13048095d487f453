"""Which processes a process has started, as Linux tells it: for tests that nothing is left."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from clinic.stubs import wait_until


def descendants(pid: int) -> list[int]:
    """Return the ids of all children of ``pid``, and of theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(stat.parent.name))
    found = list(parents.get(pid, ()))
    for child in found:  # grows while it is walked
        found += parents.get(child, ())
    return found


def command_of(pid: int) -> str:
    """Return the command line of a process, empty for one that has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def all_end(pids: list[int], seconds: float = 20) -> bool:
    """Return whether all of the processes end within ``seconds``; a zombie has ended."""
    return wait_until(lambda: not any(command_of(pid) for pid in pids), seconds)


def open_files() -> int:
    """Return how many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


def listening_ports(pid: int) -> list[int]:
    """Return the TCP ports on which a process listens."""
    links = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(link))
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return [
        int(row[1].split(":")[1], 16)
        for row in rows
        if row[3] == "0A" and f"socket:[{row[9]}]" in links  # proc_net_tcp(5): LISTEN, the inode
    ]
