"""The shop's partners as small real servers on loopback: HTTP with a gate, and SMTP.

A check holds the gate and asks "did X happen while I held Y?", so that order, overlap and counts
decide and never a clock. The HTTP stub can also misbehave as partners do: reset, hang, drip.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from clinic.errors import CourseError, MachineError
from clinic.processes import listen

Misbehaviour = Literal["reset", "hang", "drip", "garbage"]


@dataclass(frozen=True, slots=True)
class StubRequest:
    """One request as the partner saw it; ``number`` counts from 1 in the order of arrival."""

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client: str

    def json(self) -> Any:
        """Return the body parsed as JSON, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the partner answers, ``delay`` seconds after the gate let the request pass.

    ``misbehave`` replaces the answer: ``reset`` cuts the connection, ``hang`` never answers,
    ``drip`` sends the body byte by byte, one each 50 ms, ``garbage`` sends bytes that are no HTTP.
    """

    json: Any = None
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    misbehave: Misbehaviour | None = None

    def content(self) -> bytes:
        """Return the bytes of the body."""
        return self.body if self.body is not None else json.dumps(self.json).encode()


Answer = Callable[[StubRequest], Reply]


_FOR_EVER = 86_400.0

# An app under judgement decides how much it sends to its partner, and the check keeps all of it.
_MOST_CONNECTIONS = 512
_MOST_BODY = 16_000_000
_MOST_KEPT = 64_000_000
_MOST_RECIPIENTS = 100  # the least that RFC 5321, 4.5.3.1.8, asks for
_ABOUT_A_REQUEST = 2_000
"""Bytes that a kept request takes beside its body and its headers, with a margin."""


class HttpStub:
    """A partner's HTTP server on an own thread. Use it as a context manager.

    Should ``answer`` raise, the client gets a 500, and the context ends with a CourseError.
    While the gate is shut (:meth:`hold`), requests are counted and kept waiting; :meth:`release`
    lets all of them pass, or those that a condition names. All methods are thread-safe.

    Whoever sends more than a partner would take is cut off: more than 16 MB in one request, 64 MB
    in all, or more than 512 connections at a time.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._requests: list[StubRequest] = []
        self._kept = 0
        self._connections = 0
        self._held: dict[int, tuple[StubRequest, asyncio.Event]] = {}
        self._most_held = 0
        self._answered = 0
        self._fault: Exception | None = None
        self._shut = False
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if self._fault is not None and kind is None:
            raise CourseError(f"A stub could not answer: {self._fault!r}.") from self._fault

    def start(self) -> Self:
        """Listen on a free port of 127.0.0.1. Raises MachineError if there is none."""
        try:
            # Not left to asyncio: it starts a server without a socket where none can be opened.
            listener = listen()
        except MachineError:
            self._loop.close()
            raise
        self._port = int(listener.getsockname()[1])
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(listener), self._loop)
        self._server = listening.result(10)
        return self

    def stop(self) -> None:
        """Cut all connections and end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        if not self._port:
            raise MachineError("The stub server has not been started.")
        return f"http://127.0.0.1:{self._port}"

    @property
    def requests(self) -> tuple[StubRequest, ...]:
        """Every request so far, in the order of arrival."""
        with self._changed:
            return tuple(self._requests)

    @property
    def holding(self) -> int:
        """How many requests wait at the gate now."""
        with self._changed:
            return len(self._held)

    @property
    def most_held(self) -> int:
        """How many requests have waited at the gate at the same time, at the most."""
        with self._changed:
            return self._most_held

    @property
    def answered(self) -> int:
        """How many requests have been answered."""
        with self._changed:
            return self._answered

    def hold(self) -> None:
        """Shut the gate: requests that arrive from now on wait."""
        with self._changed:
            self._shut = True

    def release(self, where: Callable[[StubRequest], bool] | None = None) -> int:
        """Open the gate, or let only those waiting requests pass for which ``where`` is true.

        Returns how many passed. With ``where`` the gate stays shut for the others.
        """
        with self._changed:
            if where is None:
                self._shut = False
            passing = [
                number
                for number, (request, _) in self._held.items()
                if where is None or where(request)
            ]
            for number in passing:
                _, event = self._held.pop(number)
                self._loop.call_soon_threadsafe(event.set)
            self._changed.notify_all()
        return len(passing)

    def wait_for(self, count: int, seconds: float = 3.0) -> int:
        """Wait at most ``seconds`` until ``count`` requests have arrived; return how many have."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._requests) >= count, seconds)
            return len(self._requests)

    def wait_holding(self, count: int, seconds: float = 3.0) -> int:
        """Wait at most ``seconds`` until ``count`` requests stand at the gate; return how many."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._held) >= count, seconds)
            return len(self._held)

    def wait_answered(self, count: int, seconds: float = 3.0) -> int:
        """Wait at most ``seconds`` until ``count`` requests are answered; return how many are."""
        with self._changed:
            self._changed.wait_for(lambda: self._answered >= count, seconds)
            return self._answered

    async def _listen(self, listener: socket.socket) -> asyncio.Server:
        return await asyncio.start_server(self._connection, sock=listener, backlog=512)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._connections >= _MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._connections += 1
        connection = h11.Connection(h11.SERVER)
        try:
            while await self._exchange(connection, reader, writer):
                connection.start_next_cycle()
        except (OSError, ValueError, h11.ProtocolError, asyncio.CancelledError):
            # ValueError: a target that is no address
            writer.transport.abort()
        finally:
            self._connections -= 1
            writer.close()

    async def _exchange(
        self,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Serve one request; return whether the connection can carry another."""
        received = await _read_request(connection, reader)
        if received is None:
            return False
        head, body = received
        request = self._record(head, body, writer)
        await self._pass_gate(request)
        reply = self._reply_to(request)
        await asyncio.sleep(reply.delay)
        if reply.misbehave:
            await _misbehave(reply, writer)
            return False
        # Counted before it is sent: whoever has the answer finds it counted.
        with self._changed:
            self._answered += 1
            self._changed.notify_all()
        await _send_reply(connection, reply, request.method, writer)
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    def _reply_to(self, request: StubRequest) -> Reply:
        try:
            return self._answer(request)
        except Exception as error:
            self._fault = self._fault or error
            return Reply({"error": "the partner failed"}, status=500)

    def _record(self, head: h11.Request, body: bytes, writer: asyncio.StreamWriter) -> StubRequest:
        target = urlsplit(head.target.decode("latin-1"))
        with self._changed:
            self._kept += _size(head, body)
            if self._kept > _MOST_KEPT:
                raise ConnectionAbortedError("more than the stub keeps")
            request = StubRequest(
                number=len(self._requests) + 1,
                method=head.method.decode("ascii"),
                path=unquote(target.path),
                query=dict(parse_qsl(target.query, keep_blank_values=True)),
                headers={k.decode("latin-1"): v.decode("latin-1") for k, v in head.headers},
                body=body,
                client=str(writer.get_extra_info("peername")[0]),
            )
            self._requests.append(request)
            self._changed.notify_all()
        return request

    async def _pass_gate(self, request: StubRequest) -> None:
        with self._changed:
            if not self._shut:
                return
            event = asyncio.Event()
            self._held[request.number] = (request, event)
            self._most_held = max(self._most_held, len(self._held))
            self._changed.notify_all()
        try:
            await event.wait()
        finally:
            with self._changed:
                self._held.pop(request.number, None)


def _size(head: h11.Request, body: bytes) -> int:
    lines = sum(len(name) + len(value) for name, value in head.headers)
    return _ABOUT_A_REQUEST + len(head.target) + lines + len(body)


async def _read_request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> tuple[h11.Request, bytes] | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _MOST_BODY:
                raise ConnectionAbortedError("a larger body than the stub takes")
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return head, bytes(body)
        else:  # the client has gone
            return None


async def _send_reply(
    connection: h11.Connection, reply: Reply, method: str, writer: asyncio.StreamWriter
) -> None:
    bare = reply.status in (204, 304)  # may carry no body (RFC 9110, 6.4.1)
    body = b"" if bare else reply.content()
    length = {} if bare else {"content-length": str(len(body))}
    headers = {"content-type": "application/json"} | length
    headers |= {name.lower(): value for name, value in reply.headers.items()}
    response = h11.Response(status_code=reply.status, headers=list(headers.items()))
    parts = [connection.send(response)]
    if method != "HEAD":
        parts.append(connection.send(h11.Data(data=body)))
    parts.append(connection.send(h11.EndOfMessage()))
    writer.write(b"".join(part for part in parts if part))
    await writer.drain()


async def _misbehave(reply: Reply, writer: asyncio.StreamWriter) -> None:
    if reply.misbehave == "hang":
        # A timer keeps this task alive. Once its client has gone, nobody else would: waiting for
        # an event of its own, it would be collected, and asyncio would complain on stderr.
        await asyncio.sleep(_FOR_EVER)
    elif reply.misbehave == "garbage":
        writer.write(b"\x00\xffthis is not HTTP\r\n\r\n")
        await writer.drain()
    elif reply.misbehave == "drip":
        await _drip(reply.content(), writer)
    if reply.misbehave == "reset":
        writer.transport.abort()


async def _drip(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body))
    for value in body:
        writer.write(bytes([value]))
        await writer.drain()
        await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as the SMTP partner took it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class SmtpStub:
    """A mail server on an own thread (aiosmtpd), with a gate and a list of refused addresses.

    Use it as a context manager; ``host`` and ``port`` say where it listens.
    """

    def __init__(self, refuse: Callable[[str], bool] = lambda address: False) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self._refuse = refuse
        self._changed = threading.Condition()
        self._mails: list[Mail] = []
        self._kept = 0
        self._open = threading.Event()
        self._open.set()
        self._waiting = 0
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        from aiosmtpd.controller import Controller

        # A free port is taken by the controller itself; 0 would break its own start-up probe.
        for _ in range(20):
            controller = Controller(self, hostname=self.host, port=_free_port())
            try:
                controller.start()
            except OSError:
                continue
            self.port = int(controller.port)
            self._stack.callback(controller.stop, no_assert=True)
            return self
        raise MachineError("No free port on 127.0.0.1 for the mail server.")

    def __exit__(self, *_: object) -> None:
        self._open.set()
        self._stack.close()

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Every message taken so far."""
        with self._changed:
            return tuple(self._mails)

    @property
    def holding(self) -> int:
        """How many messages wait at the gate now."""
        with self._changed:
            return self._waiting

    def hold(self) -> None:
        """Shut the gate: messages that arrive from now on wait."""
        self._open.clear()

    def release(self) -> None:
        """Open the gate."""
        self._open.set()

    def wait_for(self, count: int, seconds: float = 3.0) -> int:
        """Wait until ``count`` messages were taken, at most ``seconds``; return how many were."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._mails) >= count, seconds)
            return len(self._mails)

    def wait_holding(self, count: int, seconds: float = 3.0) -> int:
        """Wait at most ``seconds`` until ``count`` messages stand at the gate; return how many."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting >= count, seconds)
            return self._waiting

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Refuse or accept one recipient."""
        if self._refuse(address):
            return "550 no such user here"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take one message, after the gate."""
        await self._pass_gate()
        content = envelope.content
        body = content if isinstance(content, bytes) else str(content).encode()
        with self._changed:
            self._kept += _ABOUT_A_REQUEST + len(body)
            if self._kept > _MOST_KEPT:
                return "452 the mailbox is full"
            self._mails.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), body))
            self._changed.notify_all()
        return "250 OK"

    async def _pass_gate(self) -> None:
        if self._open.is_set():
            return
        self._count(+1)
        try:
            # The gate is a thread's event, which the loop of aiosmtpd cannot await.
            while not self._open.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._changed:
            self._waiting += step
            self._changed.notify_all()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float = 3.0) -> bool:
    """Wait until ``condition()`` is true, at most ``seconds``; return whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
