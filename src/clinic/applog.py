"""What one served app prints and logs, told apart from all else in the same process.

A context variable says whose code is running. Tasks and worker threads inherit it from the
server's thread, so ``print`` deep inside an endpoint still knows its app; threads that an app
starts itself with ``threading.Thread`` do not inherit it and print below the cell as usual.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, TextIO, cast

OWN_PATHS = "/_clinic/"
"""What the engine itself answers in a served app; see :mod:`clinic.docs_page`."""

_MAX_CHARS = 1_000_000
_DROPPED = "[the beginning is dropped: the log keeps its last million characters]\n"


class AppLog:
    """The text of one app's log; when it floods, the beginning is dropped."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque()
        self._chars = 0
        self._dropped = False
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Append ``text``."""
        with self._lock:
            self._pieces.append(text[-_MAX_CHARS:])
            self._chars += len(self._pieces[-1])
            while self._chars > _MAX_CHARS:
                self._chars -= len(self._pieces.popleft())
                self._dropped = True
        return len(text)

    def text(self) -> str:
        """Return all that is kept."""
        with self._lock:
            return (_DROPPED if self._dropped else "") + "".join(self._pieces)


CURRENT_LOG: ContextVar[AppLog | None] = ContextVar("clinic_app_log", default=None)
"""The log of the app whose code is running; None for everybody else's."""

_LOCK = threading.Lock()


class Switch:
    """Stands in for ``sys.stdout`` or ``sys.stderr`` and passes on what is no app's."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.users: set[AppLog] = set()

    def write(self, text: str) -> int:
        """Write to the log of the app that is running, else to the stream below."""
        log = CURRENT_LOG.get()
        return self.stream.write(text) if log is None else log.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write every line."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the stream below, unless an app is running."""
        if CURRENT_LOG.get() is None:
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Recording:
    """Collects into ``log`` what code prints in contexts where ``CURRENT_LOG`` is ``log``."""

    def __init__(self, log: AppLog) -> None:
        self._log = log
        self._switches: list[tuple[str, Switch]] = []

    def begin(self) -> None:
        """Stand in for the standard streams; to be repeated, as others exchange them too.

        ``%%capture`` and pytest put their own stream in place, over or under ours.
        """
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if not isinstance(stream, Switch) or self._log not in stream.users:
                with _LOCK:
                    self._switches.append((name, _switched(name, self._log)))
                    _show_uvicorn()

    def end(self) -> None:
        """Give the streams back, unless another app still records."""
        with _LOCK:
            for name, switch in self._switches:
                _leave(name, switch, self._log)


def _switched(name: str, log: AppLog) -> Switch:
    stream = getattr(sys, name)
    switch = stream if isinstance(stream, Switch) else Switch(stream)
    switch.users.add(log)
    setattr(sys, name, switch)
    # logging.basicConfig() before the start has taken hold of the stream itself
    _redirect(switch.stream, cast(TextIO, switch))
    return switch


def _leave(name: str, switch: Switch, log: AppLog) -> None:
    switch.users.discard(log)
    if switch.users:
        return
    _redirect(cast(TextIO, switch), switch.stream)
    if getattr(sys, name) is switch:
        setattr(sys, name, switch.stream)


def _redirect(old: TextIO, new: TextIO) -> None:
    for logger in [logging.root, *logging.root.manager.loggerDict.values()]:
        for handler in getattr(logger, "handlers", ()):  # a PlaceHolder has none
            if isinstance(handler, logging.StreamHandler) and handler.stream is old:
                handler.setStream(new)


class _UvicornHandler(logging.Handler):
    """Writes to the log of the app that is running, else to ``sys.stderr`` as uvicorn does."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            (CURRENT_LOG.get() or sys.stderr).write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def _is_of_the_app(record: logging.LogRecord) -> bool:
    """Return False for the access log of the documentation page, which is ours."""
    return f" {OWN_PATHS}" not in record.getMessage()


def _show_uvicorn() -> None:
    """Give uvicorn's loggers the format and the independence of its own default set-up.

    That set-up itself (``log_config``) would close every other handler of this process.
    """
    from uvicorn.logging import AccessFormatter, DefaultFormatter

    access = '%(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s'
    for name, formatter in (
        ("uvicorn", DefaultFormatter("%(levelprefix)s %(message)s", use_colors=False)),
        ("uvicorn.access", AccessFormatter(access, use_colors=False)),
    ):
        handler = _UvicornHandler()
        handler.addFilter(_is_of_the_app)
        handler.setFormatter(formatter)
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
