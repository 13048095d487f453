"""For the authors of hidden checks: start the submission, state facts about it.

::

    # check: async_endpoints
    from clinic.checking import fact, submission

    with submission("async_endpoints", env={"SUPPLIER_URL": supplier.url}) as app:
        with fact("every answer carries its own item"):
            answer = app.get("/items/7")
            assert answer.json() == {"sku": "7"}, f"GET /items/7 answered {answer.text}"

The check runs in nbval's kernel; the submission runs in another process, and only HTTP, raw bytes,
its output, exit status, signals and the files of its work directory pass between the two. Every
assertion carries a message in words: what a client saw. It is shown to the learner.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clinic.api import Api
from clinic.catalog import find_course
from clinic.errors import CourseError, SubmissionError, UsageError
from clinic.exercise import source_of
from clinic.processes import LONGEST_START, AppProcess, LauncherClient
from clinic.scratch import make_workdir, remove_tree
from clinic.stubs import HttpStub, Mail, Reply, SmtpStub, StubRequest, wait_until

__all__ = [
    "App",
    "HttpStub",
    "Mail",
    "Reply",
    "SmtpStub",
    "StubRequest",
    "fact",
    "inputs",
    "submission",
    "wait_until",
    "warm",
]

SUBMISSION = "CLINIC_SUBMISSION"
REPORT = "CLINIC_REPORT"
SEED = "CLINIC_SEED"
SANDBOX = "CLINIC_SANDBOX"
WARM = "CLINIC_WARM"

_LONGEST_SQL = 10.0
"""Seconds after which a connection to an app's database cuts off a statement that still works."""
_MOST_SQL_BYTES = 100_000_000
"""The most that a check reads from an app's database through one connection."""
_LONGEST_SQL_VALUE = 10_000_000
"""Bytes of one value or row of an app's database; the file itself may claim a gigabyte."""


class fact:
    """State one fact: ``with fact("GET /health answers 200"): ...``.

    Prints ``<text>: yes`` or ``<text>: no``, which nbval compares with the stored output. An
    assertion that fails, an app that does not answer and a database that is not as it should be
    are the submission's fault: they make the fact untrue, and the check goes on. Every other
    exception is a fault of the check itself; it passes through: then nobody could tell.

    An ``extra`` fact is reported, but prints no yes or no and decides nothing.
    """

    def __init__(self, text: str, *, extra: bool = False, next_step: str = "") -> None:
        self.text = text
        self.extra = extra
        self.next_step = next_step

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None and not isinstance(error, _faults_of_submissions()):
            return False
        self._tell(error)
        return True

    def _tell(self, error: BaseException | None) -> None:
        met = error is None
        print(f"{self.text} (extra)" if self.extra else f"{self.text}: {'yes' if met else 'no'}")
        _report(
            {
                "text": self.text,
                "met": met,
                "extra": self.extra,
                "seen": _words(error) if error is not None else "",
                "next_step": "" if met else self.next_step,
            }
        )


def _faults_of_submissions() -> tuple[type[BaseException], ...]:
    sockets = (ConnectionError, TimeoutError)
    websockets = sys.modules.get("websockets.exceptions")
    closed = (websockets.WebSocketException,) if websockets is not None else ()
    return (AssertionError, SubmissionError, sqlite3.Error, *sockets, *closed)


def _words(error: BaseException) -> str:
    # What no encoding can carry, such as half of a surrogate pair, would break the display.
    text = str(error).strip().encode("utf-8", "replace").decode()
    return text[:2000] or "What a client saw is not what the fact says."


def _report(row: Mapping[str, Any]) -> None:
    path = os.environ.get(REPORT)
    if path:
        with open(path, "a", encoding="utf-8") as report:
            report.write(json.dumps(row) + "\n")


class App(Api):
    """One running start of the submission: a client of it, and what can be done to its process."""

    def __init__(self, process: AppProcess, run: submission) -> None:
        super().__init__(f"http://127.0.0.1:{process.port}", timeout=run.timeout)
        self._process = process
        self._run = run

    @property
    def stdout(self) -> str:
        """What the app wrote to standard output."""
        return self._process.stdout.text()

    @property
    def stderr(self) -> str:
        """What the app wrote to standard error."""
        return self._process.stderr.text()

    @property
    def log(self) -> str:
        """Both streams in the order of arrival."""
        return self._process.log.text()

    @property
    def workdir(self) -> Path:
        """The folder in which the app runs; all starts of one submission share it."""
        return self._process.workdir

    @property
    def alive(self) -> bool:
        """Whether the process still lives."""
        return self._process.wait(0) is None

    def sqlite(self, name: str, timeout: float = 5.0) -> sqlite3.Connection:
        """Open the app's SQLite file ``name`` in the work directory, on an own connection.

        Transactions are begun by hand. Raises sqlite3.OperationalError where there is no file.
        """
        address = f"{(self.workdir / name).as_uri()}?mode=rw"
        database = sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_SQL_VALUE)
        # A table may have become a view without end. Only a long statement ever gets this far:
        # SQLite asks once per 10,000 steps of a statement, and a true answer interrupts it.
        deadline = time.monotonic() + _LONGEST_SQL
        database.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        database.row_factory = _Rows()
        return database

    def terminate(self) -> None:
        """Ask the app to stop, as an orchestrator does (SIGTERM)."""
        self._process.signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the app without warning (SIGKILL)."""
        self._process.signal(signal.SIGKILL)

    def wait_exit(self, seconds: float = 5.0) -> int | None:
        """Return the exit status (negative: a signal), or None if it lives after ``seconds``."""
        status = self._process.wait(seconds)
        if status is not None:
            self._process.stderr.wait_until_closed(1)
        return status

    def restart(self, env: Mapping[str, str] | None = None) -> App:
        """Kill this start; return a new one, a fresh process in the same work directory."""
        self._process.close()
        return self._run.start(env)

    def another(
        self,
        env: Mapping[str, str] | None = None,
        *,
        trust_proxy: bool = False,
        root_path: str = "",
    ) -> App:
        """Start a further instance beside this one; ``env`` is added to the first one's.

        ``trust_proxy`` and ``root_path`` are those of :meth:`submission.start`.
        """
        return self._run.start(env, trust_proxy=trust_proxy, root_path=root_path)


class _Rows:
    """Counts what has been read from an app's database, which decides how much that is."""

    def __init__(self) -> None:
        self._bytes = 0

    def __call__(self, cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
        self._bytes += sum(sys.getsizeof(value) for value in row)
        if self._bytes > _MOST_SQL_BYTES:
            raise sqlite3.DataError("the database holds more than a check reads")
        return row


class submission:
    """The submission for ``rule``, started in a fresh process: ``with submission(...) as app:``.

    ``env`` is added to the app's environment, ``files`` (name to bytes) are written to its work
    directory before the start. ``timeout`` bounds one request, ``seconds`` the whole check, in
    seconds: then every app is killed. With ``autostart=False`` the context yields this object, and
    :meth:`start` starts instances.

    Which submission: the notebook, folder or ``.py`` file that ``CLINIC_SUBMISSION`` names, else
    the course's own ``solutions/``.

    Raises :class:`clinic.errors.StartError` when the app does not start.
    """

    def __init__(
        self,
        rule: str,
        *,
        env: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        timeout: float = 5.0,
        seconds: float = 40.0,
        autostart: bool = True,
    ) -> None:
        self.rule = rule
        self.timeout = timeout
        self._env = dict(env or {})
        self._files = dict(files or {})
        self._seconds = seconds
        self._autostart = autostart
        self._started: list[AppProcess] = []
        self._stack = contextlib.ExitStack()
        self._source = ""
        self._over = threading.Event()

    def __enter__(self) -> Any:
        try:
            return self._begin()
        except SubmissionError as error:
            _report({"ended": _words(error)})
            raise

    def _begin(self) -> App | Self:
        with contextlib.ExitStack() as stack:
            self._source = find_source(self.rule)
            self._workdir, scratch = make_workdir()
            stack.callback(_clear, scratch)
            for name, content in self._files.items():
                (self._workdir / name).parent.mkdir(parents=True, exist_ok=True)
                (self._workdir / name).write_bytes(content)
            stack.callback(self._stop_all)
            self._limit_time(stack)
            first: App | Self = self.start() if self._autostart else self
            self._stack = stack.pop_all()
        return first

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, _faults_of_submissions()):  # between two facts
            _report({"ended": _words(error)})
        self._stack.close()

    def start(
        self,
        env: Mapping[str, str] | None = None,
        *,
        ready: bool = True,
        after: str = "",
        trust_proxy: bool = False,
        root_path: str = "",
    ) -> App:
        """Start one more instance and return it, ready for requests.

        With ``ready=False`` it returns at once, also for an app that will not start. ``after`` is
        Python that runs below the cell, before the app is served. With
        ``trust_proxy`` its server takes the check for its proxy: it believes the address in
        ``X-Forwarded-For`` and the scheme in ``X-Forwarded-Proto``, so that one check can be many
        clients. Otherwise it ignores both. With ``root_path`` (``/shop``) its server believes
        that a proxy takes this prefix off each path: the check asks for what is left.
        """
        process = AppProcess.start(
            _launcher(),
            f"{self._source}\n{after}" if after else self._source,
            self._workdir,
            self._env | dict(env or {}),
            trust_proxy=trust_proxy,
            root_path=root_path,
        )
        self._started.append(process)
        if self._over.is_set():  # its end came while this one was being started
            process.kill()
        if ready:
            process.wait_ready(LONGEST_START)
        return App(process, self)

    def _limit_time(self, stack: contextlib.ExitStack) -> None:
        timer = threading.Timer(self._seconds, self._out_of_time)
        timer.daemon = True
        timer.start()
        stack.callback(timer.cancel)

    def _out_of_time(self) -> None:
        self._over.set()
        _report({"note": f"The check was ended after {self._seconds:g} s."})
        for process in list(self._started):
            process.kill()

    def _stop_all(self) -> None:
        for process in self._started:
            process.kill()
        for process in self._started:
            process.close()
        for reason in {process.why_stopped for process in self._started} - {""}:
            _report({"note": reason})


def _clear(scratch: Path) -> None:
    """Remove a submission's files; without that, the next one would lack their space."""
    if not remove_tree(scratch):
        _report({"spent": True})


def find_source(rule: str) -> str:
    """Return the text of the submission's cell for ``rule``.

    Raises SubmissionError when the submission has no such cell, CourseError when it is the
    course's own answer that is missing.
    """
    place = os.environ.get(SUBMISSION)
    if not place:
        return _answer(rule)
    path = Path(place)
    if path.suffix == ".py":
        return _read_text(path)
    if path.is_dir() and (path / f"{rule}.py").exists():
        return _read_text(path / f"{rule}.py")
    course = find_course()
    notebook = path / course.rule(rule).notebook if path.is_dir() else path
    try:
        return source_of(notebook, rule, course.originals)
    except UsageError as error:
        raise SubmissionError(str(error)) from error


def _answer(rule: str) -> str:
    course = find_course()
    try:
        return source_of(course.solutions / course.rule(rule).notebook, rule)
    except UsageError as error:
        raise CourseError(str(error)) from error


def _read_text(path: Path) -> str:
    try:
        # Whatever a front end lets into a cell; Python will say what is wrong with it.
        return path.read_bytes().decode("utf-8", "surrogatepass")
    except OSError as error:
        raise SubmissionError(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SubmissionError(f"{path.name} is no UTF-8 text.") from error


def inputs() -> random.Random:
    """Return the generator of this run's inputs; its seed is reported, so a run can be replayed.

    ``CLINIC_SEED`` sets the seed.
    """
    seed = os.environ.get(SEED) or str(random.SystemRandom().randrange(10**12))
    if not seed.isdigit():
        raise CourseError(f"{SEED} must be a whole number, not {seed!r}.")
    _report({"seed": seed})
    return random.Random(int(seed))  # noqa: S311 - inputs, no secrets


def warm() -> None:
    """Start the launcher ahead of the first submission and wait until it is ready.

    With ``CLINIC_WARM`` set it also has what apps with a database import.
    """
    launcher = _launcher()
    if os.environ.get(WARM):
        launcher.warm_database()
    launcher.wait_warm()


def _launcher() -> LauncherClient:
    client = _open_launcher()
    if client.process.poll() is not None:
        client.close()
        _open_launcher.cache_clear()
        client = _open_launcher()
    return client


@functools.cache
def _open_launcher() -> LauncherClient:
    """Start the one launcher of this judge; it ends with this process, also if that is killed."""
    client = LauncherClient.open()
    atexit.register(client.close)
    if plan := os.environ.get(SANDBOX):
        client.confine(json.loads(plan))
    return client
