"""How far a long run is, on a terminal as a bar, elsewhere as a line now and then."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

_WIDTH = 30
_REDRAW = 0.2
_LINE_EVERY = 30.0
_OVERWRITTEN = "\r\x1b[2K"
_INVISIBLE = re.compile(
    # Control characters, and those that turn the direction of writing or have no width.
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def printable(text: str, most: int = 500) -> str:
    """Return a stranger's text as one bounded line that cannot steer a terminal."""
    short = text if len(text) <= most else text[: most - 3] + "..."
    return _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", short)


@dataclass(slots=True)
class ProgressBar:
    """Counts up to ``total`` on ``stream``; ``clock`` gives seconds."""

    stream: TextIO
    total: int
    clock: Callable[[], float] = time.monotonic
    kept: int = 0
    done: int = 0
    _start: float = field(init=False)
    _shown: float = field(init=False)
    _on_terminal: bool = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._start = self._shown = self.clock()
        self._on_terminal = self.stream.isatty()

    def keep(self) -> None:
        """Count one whose result is there already."""
        self.kept += 1
        self.refresh()

    def advance(self) -> None:
        """Count one that has just been done."""
        self.done += 1
        self.refresh()

    def refresh(self) -> None:
        """Show the present state, if the last time is long enough ago."""
        now = self.clock()
        if now - self._shown >= (_REDRAW if self._on_terminal else _LINE_EVERY):
            self._shown = now
            self._show(now)

    def note(self, sentence: str) -> None:
        """Print a line above the bar."""
        start = _OVERWRITTEN if self._on_terminal else ""
        self._write(f"{start}{printable(sentence)}\n")

    def close(self) -> None:
        """Show the end state and leave the line."""
        if self._on_terminal:
            self._show(self.clock())
            self._write("\n")

    def _show(self, now: float) -> None:
        line = self._line(now - self._start)
        if self._on_terminal:
            count = self.kept + self.done
            filled = _WIDTH * count // self.total if self.total else _WIDTH
            self._write(f"{_OVERWRITTEN}[{'#' * filled}{'.' * (_WIDTH - filled)}] {line}")
        else:
            self._write(f"{line}\n")

    def _line(self, seconds: float) -> str:
        count = f"{self.kept + self.done} of {self.total} students"
        if not self.done or seconds <= 0:
            return count
        rate = self.done / seconds
        left = (self.total - self.kept - self.done) / rate
        return f"{count}, {rate * 60:.3g} a minute, {duration(left)} to go"

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def duration(seconds: float) -> str:
    """Return a time in words: ``45 s``, ``12 min``, ``3 h 20 min``."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
