"""Apps to serve in tests, and servers that break every rule of HTTP."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from clinic.api import Api

Conversation = Callable[[socket.socket], object]


def make_app(title: str = "shop", **options: Any) -> FastAPI:
    """Return an app that prints and answers its title."""
    app = FastAPI(title=title, **options)

    @app.get("/")
    async def home() -> str:
        print("home of", title)
        return title

    return app


class Meeting:
    """Endpoints wait here until ``count`` of them are inside, or until the gate is opened."""

    def __init__(self) -> None:
        self.count = 1
        self.inside = 0
        self.left = threading.Event()
        self.gate = asyncio.Event()

    async def join(self) -> None:
        self.inside += 1
        if self.inside >= self.count:
            self.gate.set()
        try:
            await self.gate.wait()
        finally:
            self.left.set()


def make_meeting_app() -> FastAPI:
    """Return an app with an endpoint of every kind, some of which wait for one another."""
    app = FastAPI(title="client")
    app.state.meeting = Meeting()

    @app.get("/items/{item}")
    async def read_item(item: str, request: Request) -> dict[str, Any]:
        assert request.client is not None
        host, port = request.client
        return {"item": item, "host": host, "port": port, "cookies": request.cookies}

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body(), headers={"set-cookie": "a=b"})

    @app.get("/elsewhere")
    async def elsewhere() -> Response:
        return RedirectResponse("/items/1")

    @app.get("/meet/{guest}/{table}")
    async def meet(guest: int, table: str) -> dict[str, Any]:
        await app.state.meeting.join()
        return {"guest": guest, "table": table}

    @app.get("/lines")
    async def lines() -> Response:
        async def produce() -> AsyncIterator[bytes]:
            yield b"one"
            await app.state.meeting.join()
            yield b"two"

        return StreamingResponse(produce())

    @app.websocket("/ws")
    async def talk(ws: WebSocket) -> None:
        await ws.accept()
        while (text := await ws.receive_text()) != "bye":
            if text != "silence":
                await ws.send_text(text.upper())
        await ws.send_text("last")
        await ws.close(4000, "enough")

    @app.websocket("/count")
    async def count(ws: WebSocket) -> None:
        await ws.accept()
        for n in range(3):
            await ws.send_text(str(n))
        await ws.close()

    return app


@contextmanager
def talking(conversation: Conversation, timeout: float = 5.0) -> Iterator[Api]:
    """Yield a client of a server that does whatever ``conversation`` does with a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, conversation))
        thread.start()
        try:
            yield Api(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=timeout)
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, conversation: Conversation) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                conversation(connection)


def saying(data: bytes, timeout: float = 5.0) -> AbstractContextManager[Api]:
    """Return a server that reads the request's head, says ``data`` and hangs up."""

    def say(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(data)

    return talking(say, timeout)


def answer(body: bytes, *headers: bytes) -> bytes:
    """Return what a server says that answers with ``body``."""
    head = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(head)


def unused_port() -> int:
    """Return a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
