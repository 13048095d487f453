"""Wall and CPU seconds of a command together with everything that it starts.

What a killed process namespace used is not in the times that its parent is told (getrusage(2)
counts only children that were waited for), so a control group counts where one can be made.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds, and at its peak bytes of memory, without its children's."""

    wall: float
    cpu: float
    peak: int


def cost_of(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> Cost:
    """Run a command and return its cost; raises RuntimeError, with its output, when it fails."""
    with _group() as group:
        start, before = time.perf_counter(), _children_seconds()
        join = f"echo $$ > {group}/cgroup.procs; " if group else ""
        running = subprocess.Popen(
            ["sh", "-c", f'{join}exec "$@"', "sh", *command],
            env=dict(env),
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watch = _PeakMemory(running.pid)
        said, _ = running.communicate()
        wall = time.perf_counter() - start
        cpu = _seconds_of(group) if group else _children_seconds() - before
    if running.returncode:
        raise RuntimeError(f"{command[0]} ended with {running.returncode}: {said[-2000:]}")
    return Cost(wall, cpu, watch.bytes)


class _PeakMemory(threading.Thread):
    """Reads again and again how much memory a process has used at most, as long as it lives."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._status = Path(f"/proc/{pid}/status")
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError):  # it has ended
            while found := re.search(r"^VmHWM:\s+(\d+) kB$", self._status.read_text(), re.M):
                self.bytes = int(found.group(1)) * 1024
                time.sleep(0.1)


def counts_everything() -> bool:
    """Tell whether a control group counts, so that killed processes are in the sum too."""
    with _group() as group:
        return group is not None


@contextlib.contextmanager
def _group() -> Iterator[Path | None]:
    parent = CGROUP / "cpuacct" if (CGROUP / "cpuacct").is_dir() else CGROUP
    group = parent / f"clinic-bench-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        for _ in range(50):  # its last processes may still be ending
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)


def _seconds_of(group: Path) -> float:
    if (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    fields = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(fields["usage_usec"]) / 1e6


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system
