"""The kernel's TCP port for forked processes is closed; its output still comes."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import zmq
from ipykernel.iostream import IOPubThread, OutStream
from jupyter_client.session import Session

from clinic.kernel_pipe import close_output_pipe
from clinic.stubs import wait_until


@pytest.fixture
def thread() -> Iterator[Any]:
    """Return the thread that sends a kernel's output."""
    context = zmq.Context()
    make: Any = IOPubThread  # which comes without types
    thread = make(context.socket(zmq.PUB), pipe=True)
    thread.start()
    yield thread
    thread.stop()
    thread.close()
    context.destroy(linger=0)


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_the_port_is_closed(thread: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make: Any = OutStream
    stream = make(Session(key=b"of this test"), thread, "stdout")
    port = thread._pipe_port
    assert is_open(port)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        close_output_pipe()
    assert wait_until(lambda: not is_open(port), 5)
    assert stream.write("still said") == len("still said")
    stream.close()


def test_it_does_nothing_outside_of_a_kernel() -> None:
    assert not hasattr(sys.stdout, "pub_thread")
    close_output_pipe()
