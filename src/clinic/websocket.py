"""A WebSocket client that waits no longer than it is told and blames the app in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidStatus,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Data

from clinic.errors import SubmissionError
from clinic.wire import Target


class Socket(ClientConnection):
    """The connection of ``websockets``, whose ``recv`` and ``send`` fail in words."""

    path = ""
    patience = 10.0

    def recv(  # type: ignore[override]  # the supertype's overloads promise str for decode=True
        self, timeout: float | None = None, decode: bool | None = None
    ) -> Data:
        """Return the next message, at the latest after ``timeout`` (or the Api's) seconds.

        :raises SubmissionError: no message in time, or the app hung up
        """
        seconds = self.patience if timeout is None else timeout
        with self._in_words(seconds):
            return super().recv(seconds, decode)

    def send(self, message: Any, **options: Any) -> None:
        """Send one message.

        :raises SubmissionError: the app hung up
        """
        with self._in_words(self.patience):
            super().send(message, **options)

    def __iter__(self) -> Iterator[Data]:
        """Yield messages until the app closes the connection with code 1000 or 1001."""
        with self._in_words(self.patience), contextlib.suppress(ConnectionClosedOK):
            while True:
                yield super().recv(self.patience)

    @contextlib.contextmanager
    def _in_words(self, seconds: float) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise SubmissionError(f"{self.path}: no message within {seconds:g} s.") from None
        except ConnectionClosed as error:
            raise SubmissionError(f"{self.path}: {_closing(error)}") from None


def open_websocket(target: Target, path: str, timeout: float, options: dict[str, Any]) -> Socket:
    """Return an open connection; see ``Api.websocket``."""
    name = f"WebSocket {path}"
    try:
        socket = connect(
            f"ws://{target.host}:{target.port}{path}",
            sock=target.connect(timeout),
            open_timeout=timeout,
            close_timeout=min(timeout, 2.0),
            create_connection=Socket,
            legacy=True,  # an open connection, also without a with block
            **options,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        raise SubmissionError(f"{name}: refused with status {status}.") from None
    except TimeoutError:
        raise SubmissionError(f"{name}: no answer within {timeout:g} s.") from None
    except (OSError, EOFError, WebSocketException) as error:
        raise SubmissionError(f"{name}: no connection: {error}.") from None
    if not isinstance(socket, Socket):
        raise AssertionError("websockets makes the connection by the class that it is given")
    socket.path = name
    socket.patience = timeout
    return socket


def _closing(error: ConnectionClosed) -> str:
    if error.rcvd is None:
        return "the app closed the connection without a closing frame."
    reason = f" ({error.rcvd.reason})" if error.rcvd.reason else ""
    return f"the app closed the connection with code {error.rcvd.code}{reason}."
