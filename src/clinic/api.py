"""A client for one running app: single requests, bursts, streams, WebSockets and raw bytes.

Lessons use it in the learner's kernel; the checks use it against code that nobody has read. So
every request has a connection, a deadline and a size limit of its own; it carries no cookies from
one request to the next, follows no redirects and ignores the proxies of the environment.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload
from urllib.parse import urlsplit

from clinic.errors import SubmissionError, UsageError

if TYPE_CHECKING:
    import httpx
    from websockets.sync.client import ClientConnection

    from clinic.views import View
    from clinic.wire import Call, Target

_MAX_RAW = 5_000_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it; times are seconds since the ``Api`` was made.

    Without an answer ``status`` and ``response`` are None and ``error`` says why, in words.
    """

    method: str
    path: str
    start: float
    end: float
    status: int | None = None
    error: str = ""
    response: httpx.Response | None = field(default=None, repr=False)
    source: str = ""

    @property
    def seconds(self) -> float:
        """How long it took, from connecting to the last byte of the answer."""
        return self.end - self.start

    @property
    def text(self) -> str:
        """The answer's body as text."""
        return self.answer().text

    def json(self) -> Any:
        """Return the answer's body parsed as JSON.

        :raises SubmissionError: there is no answer, or it is not JSON
        """
        return self.answer().json()

    def answer(self) -> httpx.Response:
        """Return the answer.

        :raises SubmissionError: there is none
        """
        if self.response is None:
            raise SubmissionError(f"{self.method} {self.path}: {self.error}.")
        return self.response


class Burst(Sequence[Exchange]):
    """Requests that were sent together, in the order of their values."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._exchanges = tuple(exchanges)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Burst: ...
    def __getitem__(self, index: int | slice) -> Exchange | Burst:
        if isinstance(index, slice):
            return Burst(self._exchanges[index])
        return self._exchanges[index]

    def __len__(self) -> int:
        return len(self._exchanges)

    @property
    def seconds(self) -> float:
        """From the first request's start to the last one's end; 0.0 for no requests."""
        if not self._exchanges:
            return 0.0
        return max(e.end for e in self) - min(e.start for e in self)

    def timeline(self, title: str = "", seconds: float | None = None) -> View:
        """Return the picture of the requests; see :func:`clinic.plots.timeline`."""
        from clinic.plots import timeline

        return timeline(self, title, seconds)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self._table()._repr_mimebundle_()

    def __repr__(self) -> str:
        return str(self._table())

    def _table(self) -> View:
        from clinic.plots import exchange_table

        return exchange_table(self)


class Pending:
    """A request on a thread of its own; nothing that happens to it raises in the background."""

    def __init__(self, job: _Job, go: threading.Event | None = None) -> None:
        self._job = job
        self._go = go
        self._exchange: Exchange | None = None
        self._fault: BaseException | None = None
        self._finished = threading.Event()
        name = f"clinic-request-{job.number}"
        threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has been answered or has failed."""
        return self._finished.is_set()

    def result(self, timeout: float | None = None) -> Exchange:
        """Wait for the exchange, at most ``timeout`` seconds where given.

        The request's own timeout bounds the wait in any case.

        :raises SubmissionError: it is still waiting after ``timeout`` seconds
        """
        if not self._finished.wait(timeout):
            raise SubmissionError(f"{self._job.name}: no answer within {timeout:g} s.")
        if self._fault is not None:
            raise self._fault
        if self._exchange is None:
            raise AssertionError("a finished request has an exchange or a fault")
        return self._exchange

    def give_up(self) -> None:
        """Close the connection, as a client does that loses patience."""
        self._job.call.give_up()

    def _run(self) -> None:
        if self._go is not None:
            self._go.wait()
        try:
            self._exchange = self._job.run()
        except BaseException as fault:  # kept for result(), which raises it where it is seen
            self._fault = fault
        finally:
            self._finished.set()


class Flight:
    """Requests that were sent together and may still be waiting."""

    def __init__(self, jobs: Sequence[_Job]) -> None:
        go = threading.Event()
        try:
            self.pending = tuple(Pending(job, go) for job in jobs)
        finally:
            go.set()

    @property
    def done(self) -> int:
        """How many have been answered or have failed."""
        return sum(pending.done for pending in self.pending)

    def give_up(self) -> None:
        """Close the connections of all that are still waiting."""
        self._give_up("given up by the client")

    def _give_up(self, words: str) -> None:
        for pending in self.pending:
            if not pending.done:
                pending._job.call.give_up(words)

    def wait(self, timeout: float | None = None) -> Burst:
        """Wait for all, then give up those without an answer after ``timeout`` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        words = "given up by the client"
        try:
            for pending in self.pending:
                rest = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not pending._finished.wait(rest):
                    words = f"no answer within {timeout:g} s"
                    break
        finally:
            self._give_up(words)
        return Burst(pending.result() for pending in self.pending)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a streamed body and the seconds from sending the request to its arrival."""

    data: bytes
    seconds: float


class Stream:
    """An answer whose body is read while it arrives; iterate over it for its chunks."""

    def __init__(self, job: _Job, head: httpx.Response) -> None:
        self.status_code = head.status_code
        self.headers = head.headers
        self.error = ""
        self._job = job
        self._body = job.call.body()

    def __iter__(self) -> Iterator[Chunk]:
        began = self._job.call.began
        try:
            for data in self._body:
                yield Chunk(data, time.perf_counter() - began)
        except SubmissionError as error:
            self.error = str(error)
            raise SubmissionError(f"{self._job.name}: {error}.") from None

    def read(self) -> bytes:
        """Wait for the end and return the rest of the body, as it was sent."""
        return b"".join(chunk.data for chunk in self)


class _Record:
    """The clock and the exchanges that an ``Api`` and its other client addresses share."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._exchanges: dict[int, Exchange] = {}

    def now(self) -> float:
        return time.perf_counter() - self._began

    def next_number(self) -> int:
        return next(self._numbers)

    def add(self, number: int, exchange: Exchange) -> Exchange:
        with self._lock:
            self._exchanges[number] = exchange
        return exchange

    def in_order(self) -> tuple[Exchange, ...]:
        with self._lock:
            return tuple(self._exchanges[number] for number in sorted(self._exchanges))


@dataclass(slots=True)
class _Job:
    """A request that is ready to be sent, and the record that its exchange goes to."""

    number: int
    method: str
    path: str
    call: Call
    record: _Record
    source: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def run(self) -> Exchange:
        from clinic import wire

        start = self.record.now()
        try:
            response = wire.fetch(self.call)
        except SubmissionError as error:
            return self.finish(start, error=str(error))
        return self.finish(start, response)

    def finish(
        self, start: float, response: httpx.Response | None = None, error: str = ""
    ) -> Exchange:
        status = None if response is None else response.status_code
        now = self.record.now()
        exchange = Exchange(
            self.method, self.path, start, now, status, error, response, self.source
        )
        return self.record.add(self.number, exchange)


class Api:
    """A client of the app at ``base_url`` (``http://127.0.0.1:8000``).

    Paths are absolute (``/items/1``). Keyword arguments are those of ``httpx.request``:
    ``params``, ``headers``, ``cookies``, ``json``, ``data``, ``content``, ``files``, ``auth``
    (a pair), and ``timeout`` in seconds for the request as a whole.
    """

    def __init__(
        self,
        base_url: str,
        *,
        source: str | None = None,
        timeout: float = 10.0,
        log: Callable[[], str] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.source = source
        self.timeout = timeout
        self._log = log
        self._record = _Record()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}>"

    # single requests

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send one request on a fresh connection and return its answer.

        :raises SubmissionError: no answer, or a broken one; the message says so in words
        """
        exchange = self._job(method, path, kwargs).run()
        return exchange.answer()

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send a GET request; see :meth:`request`."""
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send a POST request; see :meth:`request`."""
        return self.request("POST", path, **kwargs)

    def put(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send a PUT request; see :meth:`request`."""
        return self.request("PUT", path, **kwargs)

    def patch(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send a PATCH request; see :meth:`request`."""
        return self.request("PATCH", path, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send a DELETE request; see :meth:`request`."""
        return self.request("DELETE", path, **kwargs)

    def head(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send a HEAD request; see :meth:`request`."""
        return self.request("HEAD", path, **kwargs)

    def options(self, path: str, **kwargs: Any) -> httpx.Response:
        """Send an OPTIONS request; see :meth:`request`."""
        return self.request("OPTIONS", path, **kwargs)

    # several at a time

    def send(self, method: str, path: str, **kwargs: Any) -> Pending:
        """Start one request in the background and return at once."""
        return Pending(self._job(method, path, kwargs))

    def start(
        self,
        method: str,
        path: str,
        values: int | Iterable[object],
        *,
        each: Iterable[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Flight:
        """Send requests together and return at once; the arguments are those of :meth:`burst`."""
        return Flight(list(self._jobs(method, path, values, each, kwargs)))

    def burst(
        self,
        method: str,
        path: str,
        values: int | Iterable[object],
        *,
        each: Iterable[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Burst:
        """Send one request per value, all together, and wait for all of them.

        Each value fills the ``{}`` of ``path``, a tuple several of them; a number sends the same
        path that many times. ``each`` holds further arguments, one mapping per request.
        Requests that fail are in the result, with their ``error``.
        """
        return self.start(method, path, values, each=each, **kwargs).wait()

    # other than request and answer

    @contextlib.contextmanager
    def stream(self, method: str, path: str, **kwargs: Any) -> Iterator[Stream]:
        """Yield the answer while its body arrives; leaving the block closes the connection.

        Unless ``headers`` say otherwise the body is asked for unpacked (``identity``).

        :raises SubmissionError: no answer, or one that breaks off or takes too long
        """
        job = self._job(method, path, {"headers": {"accept-encoding": "identity"}} | kwargs)
        start = self._record.now()
        try:
            head = job.call.open()
        except SubmissionError as error:
            job.call.close()
            job.finish(start, error=str(error)).answer()
            raise
        stream = Stream(job, head)
        try:
            yield stream
        finally:
            job.call.close()
            job.finish(start, head, stream.error)

    def websocket(self, path: str, **kwargs: Any) -> ClientConnection:
        """Return an open WebSocket (``with api.websocket("/ws") as ws: ...``).

        It is the one of ``websockets.sync.client``; ``recv()`` waits for ``timeout`` seconds.

        :raises SubmissionError: the app did not accept it, or sends nothing or hangs up
        """
        from clinic.websocket import open_websocket

        timeout = float(kwargs.pop("timeout", self.timeout))
        return open_websocket(self._target(), _absolute(path), timeout, kwargs)

    def raw(self, data: bytes, timeout: float = 5.0) -> bytes:
        """Send these very bytes; return what came back until the end or ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        received = bytearray()
        with self.connect(timeout) as sock, contextlib.suppress(OSError):
            sock.sendall(data)
            while (rest := deadline - time.monotonic()) > 0 and len(received) < _MAX_RAW:
                sock.settimeout(rest)
                if not (piece := sock.recv(65_536)):
                    break
                received += piece
        return bytes(received[:_MAX_RAW])

    def connect(self, timeout: float | None = None) -> socket.socket:
        """Return a bare TCP connection to the app's port.

        :raises SubmissionError: nobody listens there
        """
        try:
            return self._target().connect(self.timeout if timeout is None else timeout)
        except OSError as error:
            raise SubmissionError(
                f"no connection to the app: {error.strerror or error}."
            ) from None

    # what is known of the app

    def at(self, source: str) -> Api:
        """Return a client of the same app at the address ``source``, such as ``127.0.0.2``.

        Both share one ``history``.
        """
        other = Api(self.base_url, source=source, timeout=self.timeout, log=lambda: self.log)
        other._record = self._record
        return other

    @property
    def history(self) -> tuple[Exchange, ...]:
        """All finished exchanges, in the order in which they were begun."""
        return self._record.in_order()

    @property
    def log(self) -> str:
        """What the app has printed and logged so far; empty where nobody records it."""
        return self._log() if self._log is not None else ""

    def _jobs(
        self,
        method: str,
        path: str,
        values: int | Iterable[object],
        each: Iterable[Mapping[str, Any]] | None,
        kwargs: Mapping[str, Any],
    ) -> Iterator[_Job]:
        paths = _filled(path, values)
        extras = [{} for _ in paths] if each is None else list(each)
        if len(extras) != len(paths):
            raise UsageError(f"each has {len(extras)} mappings for {len(paths)} requests.")
        for filled, extra in zip(paths, extras, strict=True):
            yield self._job(method, filled, {**kwargs, **extra})

    def _job(self, method: str, path: str, kwargs: Mapping[str, Any]) -> _Job:
        from clinic import wire

        options = dict(kwargs)
        timeout = float(options.pop("timeout", self.timeout))
        request = wire.new_request(method, self.base_url + _absolute(path), **options)
        call = wire.Call(request, self._target(), timeout)
        number = self._record.next_number()
        return _Job(number, request.method, path, call, self._record, self.source or "")

    def _target(self) -> Target:
        from clinic.wire import Target

        parts = urlsplit(self.base_url)
        if not parts.hostname or not parts.port:
            raise UsageError(f"{self.base_url} is no address like http://127.0.0.1:8000.")
        return Target(parts.hostname, parts.port, self.source)


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise UsageError(f"The path {path!r} must begin with a slash: {'/' + path!r}.")
    return path


def _filled(path: str, values: int | Iterable[object]) -> list[str]:
    if isinstance(values, int):
        return [path] * values
    return [path.format(*(v if isinstance(v, tuple) else (v,))) for v in values]
