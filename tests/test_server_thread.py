"""A server that starts or says why it did not, and stops whatever its app does."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import Response, StreamingResponse
from served import make_app

from clinic import serving
from clinic.errors import MachineError, StartError, SubmissionError
from clinic.server_thread import ServerThread, servers
from clinic.serving import serve

pytestmark = pytest.mark.usefixtures("nothing_left")


def test_a_failing_startup_is_one_message_with_the_authors_line() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        raise RuntimeError("no such file")
        yield

    words = (
        r"^The app did not start: its lifespan raised RuntimeError: no such file"
        r' \(line \d+: raise RuntimeError\("no such file"\)\)$'
    )
    with pytest.raises(StartError, match=words) as caught:
        serve(make_app(lifespan=lifespan)).start()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_startup_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr(serving, "START_TIMEOUT", 0.2)
    with pytest.raises(StartError, match=r"did not start within 0\.2 s"):
        serve(make_app(lifespan=lifespan)).start()


def test_a_startup_that_exits_does_not_exit_us() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.exit(5)
        yield

    with pytest.raises(StartError, match="its lifespan raised SystemExit: 5"):
        serve(make_app(lifespan=lifespan)).start()


def test_a_startup_that_says_no_is_told() -> None:
    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": ""})

    with pytest.raises(StartError, match="its lifespan said that the startup failed"):
        serve(bare).start()


def test_open_streams_and_sockets_are_cut() -> None:
    app = make_app()

    @app.get("/forever")
    async def forever() -> Response:
        async def produce() -> AsyncIterator[bytes]:
            while True:
                yield b"x"
                await asyncio.sleep(0.01)

        return StreamingResponse(produce())

    @app.websocket("/ws")
    async def talk(ws: WebSocket) -> None:
        await ws.accept()
        await ws.receive_text()

    server = serve(app)
    api = server.start()
    with api.stream("GET", "/forever") as stream, api.websocket("/ws") as ws:
        next(iter(stream))
        server.stop()
        with pytest.raises(SubmissionError, match="closed"):
            stream.read()
        with pytest.raises(SubmissionError, match="closed the connection"):
            ws.recv()


def test_a_blocked_loop_does_not_block_us() -> None:
    app = make_app()
    gate = threading.Event()
    entered = threading.Event()

    @app.get("/block")
    async def block() -> None:
        entered.set()
        gate.wait()

    with serve(app) as api:
        pending = api.send("GET", "/block")
        assert entered.wait(5)
    with pytest.raises(SubmissionError):
        api.get("/", timeout=0.5)
    (thread,) = servers()
    gate.set()
    thread.join(5)
    assert pending.done


def test_tasks_of_the_app_end_with_it() -> None:
    ended = threading.Event()
    app = make_app()

    @app.get("/task")
    async def task() -> None:
        async def run() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        app.state.task = asyncio.create_task(run())

    with serve(app) as api:
        api.get("/task")
        assert not ended.is_set()
    assert ended.is_set()


def test_the_client_cannot_pretend_to_be_another() -> None:
    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})

    with serve(bare) as api:
        assert api.get("/", headers={"X-Forwarded-For": "9.9.9.9"}).text == "127.0.0.1"


# the module itself


def test_a_thread_is_among_the_servers_while_it_runs() -> None:
    thread = ServerThread(make_app(), "shop", replaceable=True)
    assert servers() == []
    thread.begin(10)
    assert servers() == [thread]
    assert (thread.name, thread.daemon) == ("clinic-server shop", True)
    thread.stop()
    thread.stop()
    assert servers() == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", thread.port), 5)


def test_a_machine_without_a_free_port_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(socket.socket):
        def bind(self, address: object, /) -> None:
            raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(socket, "socket", Full)
    with pytest.raises(MachineError, match=r"^This machine has no free port: Address already"):
        ServerThread(make_app(), "shop", replaceable=True)
