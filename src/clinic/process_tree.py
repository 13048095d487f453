"""What processes use, as Linux tells it in /proc: memory, processor time, threads."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One process; ``resident`` in bytes, ``seconds`` of processor time with its dead children."""

    pid: int
    parent: int
    threads: int
    resident: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What some processes use together: bytes, seconds, and threads."""

    memory: int
    seconds: float
    threads: int


def all_processes() -> dict[int, Entry]:
    """Return the processes that this one can see, by id."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with contextlib.suppress(OSError):  # it has ended
                found[int(name)] = _entry(Path("/proc", name, "stat").read_bytes())
    return found


def _entry(stat: bytes) -> Entry:
    # The name may hold anything, also blanks and brackets: proc_pid_stat(5).
    fields = stat.rpartition(b")")[2].split()
    return Entry(
        pid=int(stat.split(b" ", 1)[0]),
        parent=int(fields[1]),
        threads=int(fields[17]),
        resident=int(fields[21]) * _PAGE,
        seconds=sum(int(field) for field in fields[11:15]) / _TICKS,
    )


def tree(entries: Mapping[int, Entry], roots: Collection[int]) -> list[Entry]:
    """Return the entries of ``roots``, of their children, and so on."""
    children: dict[int, list[int]] = {}
    for entry in entries.values():
        children.setdefault(entry.parent, []).append(entry.pid)
    found = set(roots)
    open_ends = list(roots)
    while open_ends:
        new = [pid for pid in children.get(open_ends.pop(), ()) if pid not in found]
        found.update(new)
        open_ends += new
    return [entries[pid] for pid in found if pid in entries]


def usage(members: Iterable[Entry], baseline: int) -> Usage:
    """Return what processes use together; of each, ``baseline`` bytes are somebody else's."""
    listed = list(members)
    return Usage(
        memory=sum(max(entry.resident - baseline, 0) for entry in listed),
        seconds=sum(entry.seconds for entry in listed),
        threads=sum(entry.threads for entry in listed),
    )


def open_sockets() -> int:
    """Return how many sockets there are in this network namespace."""
    line = Path("/proc/net/sockstat").read_text().partition("\n")[0]  # "sockets: used 17"
    return int(line.split()[-1])


def proportional(pid: int) -> int | None:
    """Return the bytes of a process, shared ones divided by their sharers; None if hidden."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return None
    return int(found.group(1)) * 1024 if found else None
