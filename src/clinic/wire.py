"""One HTTP request on a connection of its own, bounded in time and in size as a whole.

httpx limits every single read, so an answer that drips one byte a second never ends, and it
unpacks whatever the other side packed. A client that faces strangers' code needs limits on the
whole of a request. So this module drives h11 itself (the HTTP parser that httpx and uvicorn stand
on) and keeps httpx only for what people know: the arguments of a request and the answer.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import json
import selectors
import socket
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import h11
import httpx

from clinic.errors import MachineError, SubmissionError, UsageError

MAX_BODY = 5_000_000
"""The most bytes of an answer's body that are read, packed and unpacked alike."""

_MAX_HEAD = 100_000
_PIECE = 65_536
_HEADERS = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": "fastapi-clinic",
}
# poll() has no limit on descriptors and needs none of its own; Windows lacks it
_Selector: type[selectors.BaseSelector] = getattr(
    selectors, "PollSelector", selectors.SelectSelector
)
# Codecs such as "zlib" or "base64" are no text; these families are, and none of them expands.
_TEXT_CODECS = ("ascii", "utf", "iso8859", "cp", "koi8", "mac", "shift_jis", "euc", "gb", "big5")


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and the client address (``127.0.0.2`` ...) that they come from."""

    host: str
    port: int
    source: str | None = None

    def connect(self, timeout: float) -> socket.socket:
        """Return a connected socket; its later operations have the same timeout, in seconds.

        :raises MachineError: this machine has no such client address
        """
        source = (self.source, 0) if self.source else None
        try:
            sock = socket.create_connection((self.host, self.port), timeout, source)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise MachineError(f"This machine has no client address {self.source}.") from None
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


class Answer(httpx.Response):
    """httpx's response, whose ``json()`` and ``text`` blame an unreadable body on the app."""

    def json(self, **kwargs: Any) -> Any:
        """Return the body parsed as JSON.

        :raises SubmissionError: the body is not JSON
        """
        try:
            return json.loads(self.content, **kwargs)
        except (ValueError, RecursionError):
            name = f"{self.request.method} {self.request.url.raw_path.decode()}"
            raise SubmissionError(f"{name}: the answer is not JSON.") from None

    @property
    def charset_encoding(self) -> str | None:
        """The charset of the Content-Type header, where it names an encoding of text."""
        charset = super().charset_encoding
        with contextlib.suppress(LookupError):
            if charset and codecs.lookup(charset).name.startswith(_TEXT_CODECS):
                return charset
        return None


def new_request(method: str, url: str, **kwargs: Any) -> httpx.Request:
    """Return the request that httpx's client would send, without any state of a client.

    ``kwargs`` are those of ``httpx.request``: ``params``, ``headers``, ``cookies``, ``content``,
    ``data``, ``files``, ``json``, and ``auth`` as a pair of user and password.

    :raises UsageError: httpx cannot make a request of these
    """
    headers = httpx.Headers(_HEADERS)
    headers.update(kwargs.pop("headers", None))
    auth = kwargs.pop("auth", None)
    try:
        request = httpx.Request(method, url, headers=headers, **kwargs)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UsageError(f"{method} {url} cannot be requested: {error}.") from None
    return next(httpx.BasicAuth(*auth).auth_flow(request)) if auth else request


class Call:
    """A request under way; :meth:`give_up` may be called from any thread."""

    def __init__(self, request: httpx.Request, target: Target, timeout: float) -> None:
        self.request = request
        self.began = 0.0
        self._target = target
        self._timeout = timeout
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self._socket: socket.socket | None = None
        self._given_up = ""
        self._answered = False
        self._closed = False  # by the other side

    def give_up(self, words: str = "given up by the client") -> None:
        """Hang up; the thread that waits for the answer goes on with ``words`` as its error."""
        self._given_up = words
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # close() would leave another thread's recv() waiting
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()

    def open(self) -> Answer:
        """Connect, send the request and return the answer's status and headers.

        :raises SubmissionError: no answer came; the message says so in words
        """
        self.began = time.perf_counter()
        with self._in_words():
            self._socket = self._target.connect(self._timeout)
            self._send_all()
            head = self._head()
        self._answered = True
        return Answer(head.status_code, headers=list(head.headers), request=self.request)

    def body(self) -> Iterator[bytes]:
        """Yield the answer's body as it arrives, still packed as Content-Encoding says.

        :raises SubmissionError: the body breaks off, takes too long or is too large
        """
        total = 0
        with self._in_words():
            while isinstance(event := self._next_event(), h11.Data):
                total += len(event.data)
                if total > MAX_BODY:
                    raise SubmissionError(f"the answer is larger than {MAX_BODY:,} bytes")
                yield bytes(event.data)

    def _send_all(self) -> None:
        request = self.request
        head = h11.Request(
            method=request.method, target=request.url.raw_path, headers=request.headers.raw
        )
        outgoing = self._parser.send(head) or b""
        for part in _parts(request):
            outgoing += self._parser.send(h11.Data(part)) or b""
            if len(outgoing) >= _PIECE:
                if not self._send(outgoing):
                    return
                outgoing = b""
        self._send(outgoing + (self._parser.send(h11.EndOfMessage()) or b""))

    def _send(self, data: bytes) -> bool:
        """Send it all and return True, or False as soon as the other side answers instead."""
        sock = self._connected()
        rest = memoryview(data)
        with _Selector() as selector, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while ready := selector.select(self._remaining()):
                if not ready[0][1] & selectors.EVENT_WRITE:
                    return False
                rest = rest[sock.send(rest[:_PIECE]) :]
                if not rest:
                    return True
            raise TimeoutError
        return False

    def _head(self) -> h11.Response | h11.InformationalResponse:
        while True:
            event = self._next_event()
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise SubmissionError("connection closed before an answer")

    def _next_event(self) -> Any:
        sock = self._connected()
        while (event := self._parser.next_event()) is h11.NEED_DATA:
            sock.settimeout(self._remaining())
            received = sock.recv(_PIECE)
            self._closed = not received
            self._parser.receive_data(received)
        self._remaining()
        return event

    def _remaining(self) -> float:
        seconds = self.began + self._timeout - time.perf_counter()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def _connected(self) -> socket.socket:
        if self._given_up:
            raise SubmissionError(self._given_up)
        if self._socket is None:
            raise AssertionError("a call is opened before it is read")
        return self._socket

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (OSError, h11.ProtocolError) as error:
            raise SubmissionError(self._given_up or self._words(error)) from None

    def _words(self, error: Exception) -> str:
        where = "in the middle of the answer" if self._answered else "before an answer"
        if isinstance(error, TimeoutError):
            within = f"within {self._timeout:g} s"
            return f"the answer did not end {within}" if self._answered else f"no answer {within}"
        if isinstance(error, ConnectionRefusedError):
            return "connection refused"
        if isinstance(error, h11.LocalProtocolError):
            return f"not a request that HTTP allows: {error}"
        if isinstance(error, h11.RemoteProtocolError) and not self._closed:
            return f"the answer is not HTTP: {error}"
        return f"connection closed {where}"


def fetch(call: Call) -> Answer:
    """Return the whole answer to ``call`` and close its connection.

    :raises SubmissionError: there is none, or it is too slow, too large or broken
    """
    try:
        head = call.open()
        return whole_answer(call, head, b"".join(call.body()))
    finally:
        call.close()


def whole_answer(call: Call, head: Answer, packed: bytes) -> Answer:
    """Return ``head`` with its body, unpacked by httpx after a look at how large it will be."""
    check_size(head, packed)
    try:
        answer = Answer(
            head.status_code, headers=head.headers, content=packed, request=call.request
        )
    except httpx.DecodingError:
        coding = head.headers.get("content-encoding", "")
        raise SubmissionError(f"the answer's body is not {coding}, as its header says") from None
    answer.elapsed = timedelta(seconds=time.perf_counter() - call.began)
    return answer


def check_size(head: httpx.Response, packed: bytes) -> None:
    """Raise SubmissionError where unpacking ``packed`` gives more than ``MAX_BODY`` bytes."""
    codings = [name.strip().lower() for name in head.headers.get_list("content-encoding", True)]
    for coding in reversed(codings):
        if coding in ("br", "zstd"):
            raise SubmissionError(f"the answer is packed as {coding}, which was not asked for")
        if coding in ("gzip", "x-gzip", "deflate"):
            packed = _unpack(packed)


def _unpack(packed: bytes) -> bytes:
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # gzip or zlib by its header; bare
        with contextlib.suppress(zlib.error):
            unpacked = zlib.decompressobj(window).decompress(packed, MAX_BODY + 1)
            if len(unpacked) > MAX_BODY:
                raise SubmissionError(f"the answer unpacks to more than {MAX_BODY:,} bytes")
            return unpacked
    return packed


def _parts(request: httpx.Request) -> Iterable[bytes]:
    if not isinstance(request.stream, httpx.SyncByteStream):
        raise UsageError("An async body cannot be sent here; give bytes or a plain generator.")
    return request.stream
