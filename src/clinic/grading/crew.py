"""How many students are judged at once: one at first, more while work waits and processors idle.

A judge costs a second and a half of processor time to start, so one that is not needed makes a
small class dearer. Whether more help depends on the checks: some compute all the time, most wait
four fifths of it for an app's own deadlines.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clinic.errors import MachineError

LOOK = 0.25
"""Seconds after which who waits looks again."""
SPAN = 1.0
"""Seconds over which it is measured how idle the processors are."""
IDLE = 0.2
"""The share of all processors that has to be idle for one more to join."""
WORTH = 6.0
"""Seconds that the work ahead takes, from which on one more is worth its start."""
START = 3.0
"""Seconds that the start of a judge may take, before its first student."""


@dataclass(frozen=True, slots=True)
class Times:
    """What all processors together have done since the machine started, in clock ticks."""

    idle: int
    total: int


def processor_times() -> Times | None:
    """Return what Linux counts (proc_stat(5)), None elsewhere."""
    try:
        fields = [
            int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        ]
        return Times(fields[3] + fields[4], sum(fields[:8]))
    except (OSError, ValueError, IndexError):
        return None


@dataclass(slots=True)
class Crew:
    """Lets ``first`` work at once, and one more at a time up to ``most``. Safe to use by threads.

    Each job is announced with :meth:`enlist` and done within :meth:`turn`.
    """

    first: int
    most: int
    times: Callable[[], Times | None] = processor_times
    clock: Callable[[], float] = time.monotonic
    size: int = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, init=False)
    _to_come: int = field(default=0, init=False)
    _ahead: int = field(default=0, init=False)
    _working: int = field(default=0, init=False)
    _ended: int = field(default=0, init=False)
    _done: int = field(default=0, init=False)
    _seconds: float = field(default=0.0, init=False)
    _oldest: float | None = field(default=None, init=False)
    _mark: tuple[float, Times] | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.size = min(self.first, self.most)

    def expect(self, jobs: int) -> None:
        """Hear how many jobs may still be announced."""
        with self._changed:
            self._to_come = jobs

    def enlist(self) -> None:
        """Announce a job."""
        with self._changed:
            self._ahead += 1

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and hold it. Raises MachineError once the crew is closed."""
        begun = self._enter()
        try:
            yield
        finally:
            with self._changed:
                self._working -= 1
                self._note(self.clock() - begun)
                self._changed.notify()

    def close(self) -> None:
        """Let nobody in any more, and wake those who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _enter(self) -> float:
        with self._changed:
            while not (self._closed or self._working < self.size or self._grow()):
                self._changed.wait(LOOK)
            if self._closed:
                raise MachineError("The grading was stopped.")
            self._ahead -= 1
            self._working += 1
            begun = self.clock()
            self._oldest = begun if self._oldest is None else self._oldest
            return begun

    def _note(self, seconds: float) -> None:
        """Count a job that is done; those of the first ones hold the start of their judges."""
        self._ended += 1
        if self._ended > self.first:
            self._done += 1
            self._seconds += seconds

    def _grow(self) -> bool:
        if self.size < self.most and self._work_ahead() > WORTH and self._is_idle():
            self.size += 1
            return True
        return False

    def _work_ahead(self) -> float:
        """Return about how many seconds it takes those who are here to do what is ahead."""
        if self._done:
            each = self._seconds / self._done
        else:  # at least as long as the first one by now
            oldest = self._oldest if self._oldest is not None else self.clock()
            each = max(self.clock() - oldest - START, 0.0)
        return (self._ahead + self._to_come) * each / self.size

    def _is_idle(self) -> bool:
        """Tell whether processors have been idle since the last one joined, or for a while."""
        now, seen = self.clock(), self.times()
        if seen is None:
            return True
        before, self._mark = self._mark, self._mark or (now, seen)
        if before is None or now - before[0] < SPAN:
            return False
        self._mark = (now, seen)
        return seen.idle - before[1].idle > IDLE * (seen.total - before[1].total)
