"""Ctrl-C and SIGTERM: stop once, cleanly, and let nothing disturb the stopping."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Interruption:
    """Turns the first SIGINT or SIGTERM into a KeyboardInterrupt; later ones change nothing.

    Use it as a context manager in the main thread. Python raises between any two bytecodes, also
    where an exception is lost (in a destructor), so long loops also call :meth:`check`.
    """

    number: int = 0
    _before: dict[int, Any] | None = None

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._heard) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in (self._before or {}).items():
            signal.signal(number, handler)

    @property
    def status(self) -> int:
        """The exit status that a shell expects: 130 after SIGINT, 143 after SIGTERM."""
        return 128 + (self.number or signal.SIGINT)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal came."""
        if self.number:
            raise KeyboardInterrupt

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if not self.number:
            self.number = number
            raise KeyboardInterrupt
