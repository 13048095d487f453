"""A real uvicorn on a thread of this process, with an event loop of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import socket
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn

from clinic.applog import CURRENT_LOG, AppLog, Recording
from clinic.errors import MachineError, StartError

GRACE = 0.5
"""Seconds that open requests get to finish when the server stops."""

_LIFESPAN_GRACE = 2.0
_JOIN = GRACE * 3 + _LIFESPAN_GRACE
_EXIT_JOIN = 1.0

Asgi = Callable[[Any, Any, Any], Any]


class _Loop(asyncio.SelectorEventLoop):
    """An event loop as Python ships it, also where nest-asyncio has patched the class.

    The patch lets cells call ``asyncio.run``; a server needs none of it, and loses by it the
    warning about slow callbacks that ``set_debug(True)`` gives.
    """


for _name in ("run_forever", "run_until_complete", "_run_once", "_check_running"):
    setattr(_Loop, _name, getattr(asyncio.BaseEventLoop, _name))


class _Uvicorn(uvicorn.Server):
    """uvicorn, except that it stops at once when told to, and in bounded time."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._leave = asyncio.Event()

    def leave(self) -> None:
        """Begin to stop; to be called in the loop's thread."""
        self.should_exit = True
        self._leave.set()

    async def main_loop(self) -> None:
        """Wait for :meth:`leave`; uvicorn itself looks ten times a second."""
        await self.on_tick(0)
        self._ready.set()
        while not self.should_exit:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leave.wait(), 1.0)
            await self.on_tick(0)  # renews the Date header

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests finish for ``GRACE`` seconds, cut the others, end the lifespan."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._requests_finish()
        await self._cut()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.lifespan.shutdown(), _LIFESPAN_GRACE)

    async def _requests_finish(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + GRACE
        state = self.server_state
        # uvicorn's sets tell nobody when they are empty
        while (state.connections or state.tasks) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            transport: Any = connection.transport
            transport.abort()
        if tasks := list(self.server_state.tasks):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=GRACE)


class ServerThread(threading.Thread):
    """Serves ``app`` on a free port of 127.0.0.1 until :meth:`stop`.

    ``replaceable`` servers are those that no ``with`` block ends; the next one of the same title
    takes their place. They are found among the threads of this process, so that no register can
    go stale. With ``trust_proxy`` clients of this machine are believed what they say in
    ``X-Forwarded-For`` and ``X-Forwarded-Proto``; ``root_path`` is the prefix that a proxy in
    front of it takes off each path.
    """

    def __init__(
        self,
        app: Asgi,
        title: str,
        *,
        replaceable: bool,
        trust_proxy: bool = False,
        root_path: str = "",
    ) -> None:
        super().__init__(name=f"clinic-server {title}", daemon=True)
        self.title = title
        self.replaceable = replaceable
        self.trust_proxy = trust_proxy
        self.root_path = root_path
        self.log = AppLog()
        self._recording = Recording(self.log)
        self._app = app
        self._socket = _bound_socket()
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self._loop: _Loop | None = None
        self._server: _Uvicorn | None = None
        self._told_to_stop = False

    def begin(self, timeout: float) -> None:
        """Start and wait until the app answers.

        :raises StartError: its startup failed, or takes longer than ``timeout`` seconds
        """
        try:
            self.start()
            self._ready.wait(timeout)
        except BaseException:
            self.stop()
            raise
        if self._ready.is_set() and not self._ended.is_set():
            atexit.register(self.stop, _EXIT_JOIN)
            return
        late = not self._ended.is_set()
        self.stop()
        raise StartError(self._why_late(timeout) if late else self._why_failed())

    def stop(self, timeout: float = _JOIN) -> None:
        """Stop serving; returns after ``timeout`` seconds even if the app does not let go."""
        self._told_to_stop = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it is closed already
                self._loop.call_soon_threadsafe(self._leave)
        if self.ident is not None and threading.current_thread() is not self:
            self.join(timeout)
        if self.is_alive():
            with contextlib.suppress(OSError):
                # refuses further clients; close() would free a descriptor that the loop still uses
                self._socket.shutdown(socket.SHUT_RDWR)
        atexit.unregister(self.stop)

    def run(self) -> None:
        """Serve; the body of the thread."""
        CURRENT_LOG.set(self.log)
        try:
            self._recording.begin()
            self._serve()
        except SystemExit:  # how uvicorn says that the app's startup failed
            pass
        except BaseException as failure:
            self._failure = failure
        finally:
            self._recording.end()
            self._socket.close()
            self._ended.set()
            self._ready.set()

    def _serve(self) -> None:
        self._loop = loop = _Loop()
        asyncio.set_event_loop(loop)
        loop.set_default_executor(
            ThreadPoolExecutor(
                thread_name_prefix="asyncio", initializer=CURRENT_LOG.set, initargs=(self.log,)
            )
        )
        try:
            loop.run_until_complete(self._main())
        finally:
            _close(loop)

    async def _main(self) -> None:
        config = uvicorn.Config(
            self._watched,
            http="h11",
            ws="websockets-sansio",
            interface="asgi3",
            log_config=None,
            log_level="info",
            proxy_headers=self.trust_proxy,
            forwarded_allow_ips="127.0.0.1",
            root_path=self.root_path,
            workers=1,
        )
        self._server = _Uvicorn(config, self._ready)
        if self._told_to_stop:
            self._server.leave()
        await self._server.serve([self._socket])

    async def _watched(self, scope: Any, receive: Any, send: Any) -> None:
        self._recording.begin()
        try:
            await self._app(scope, receive, send)
        except BaseException as failure:
            if scope["type"] == "lifespan":
                self._failure = failure
            raise

    def _leave(self) -> None:
        if self._server is not None:
            self._server.leave()
            if not self._server.started:  # its startup hangs
                for task in asyncio.all_tasks():
                    task.cancel()

    def _why_late(self, timeout: float) -> str:
        return (
            f"The app did not start within {timeout:g} s: what runs at startup (its lifespan) has"
            " not come to an end."
        )

    def _why_failed(self) -> str:
        if self._failure is None:
            return "The app did not start: its lifespan said that the startup failed."
        name = type(self._failure).__name__
        said = f"{name}: {self._failure}" if str(self._failure) else name
        return f"The app did not start: its lifespan raised {said}{_own_line(self._failure)}"


def servers() -> list[ServerThread]:
    """Return the servers that run in this process."""
    return [thread for thread in threading.enumerate() if isinstance(thread, ServerThread)]


def _bound_socket() -> socket.socket:
    sock = socket.socket()
    try:
        sock.bind(("127.0.0.1", 0))
    except OSError as error:
        sock.close()
        raise MachineError(f"This machine has no free port: {error.strerror}.") from None
    return sock


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what the app left running, without waiting for what does not end."""
    try:
        if tasks := asyncio.all_tasks(loop):
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.wait(tasks, timeout=GRACE))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _own_line(error: BaseException) -> str:
    """Return where in the author's own code ``error`` arose, or a full stop."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).parts
        if "site-packages" not in parts and frame.filename != __file__ and frame.line:
            return f" (line {frame.lineno}: {frame.line})"
    return "."
