"""Messages between the trusted side and the launcher: JSON, length first, with descriptors.

One message is a 4-byte length and that many bytes of JSON. File descriptors travel with the
length (``SCM_RIGHTS``). Only JSON is ever parsed: what comes from the launcher is untrusted.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

LENGTH = struct.Struct("!I")
MOST_BYTES = 64 * 1024 * 1024
MOST_FILES = 8


def send(channel: socket.socket, message: dict[str, Any], files: Sequence[int] = ()) -> None:
    """Send one message and duplicates of ``files``. Raises OSError when the other side is gone."""
    body = json.dumps(message).encode()
    socket.send_fds(channel, [LENGTH.pack(len(body))], list(files))
    channel.sendall(body)


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return the next message and its descriptors, or None when the other side is gone.

    Raises ValueError for bytes that are no message, and TimeoutError as the socket does.
    """
    files: list[int] = []
    try:
        head, files, _, _ = socket.recv_fds(channel, LENGTH.size, MOST_FILES)
        for number in files:  # as Python opens every file: not for programs that are started
            os.set_inheritable(number, False)
        if not head:
            return None
        return _message(channel, head), files
    except (ConnectionError, EOFError):
        _close(files)
        return None
    except (ValueError, OSError):
        _close(files)
        raise


def _message(channel: socket.socket, head: bytes) -> dict[str, Any]:
    (size,) = LENGTH.unpack(head + _exactly(channel, LENGTH.size - len(head)))
    if size > MOST_BYTES:
        raise ValueError(f"a message of {size} bytes is too long")
    try:
        message = json.loads(_exactly(channel, size))
    except RecursionError:
        raise ValueError("a message must not be nested so deeply") from None
    if not isinstance(message, dict):
        raise ValueError("a message must be a JSON object")
    return message


def _close(files: Sequence[int]) -> None:
    for number in files:
        os.close(number)


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = channel.recv(size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
