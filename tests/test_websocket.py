"""A WebSocket client that never waits for ever and blames the app in words."""

from __future__ import annotations

import threading

import pytest
from served import saying, talking, unused_port

from clinic.api import Api
from clinic.errors import SubmissionError


def test_a_websocket_talks(api: Api) -> None:
    with api.websocket("/ws") as ws:
        ws.send("hello")
        assert ws.recv() == "HELLO"


def test_a_websocket_needs_no_with_block(api: Api) -> None:
    ws = api.websocket("/ws")
    ws.send("hello")
    assert ws.recv() == "HELLO"
    ws.close()


def test_a_silent_websocket_is_an_error_in_words(api: Api) -> None:
    with api.websocket("/ws") as ws:
        ws.send("silence")
        with pytest.raises(SubmissionError, match=r"^WebSocket /ws: no message within 0\.2 s\.$"):
            ws.recv(timeout=0.2)


def test_a_closed_websocket_is_an_error_in_words(api: Api) -> None:
    words = r"^WebSocket /ws: the app closed the connection with code 4000 \(enough\)\.$"
    with api.websocket("/ws") as ws:
        ws.send("bye")
        assert ws.recv() == "last"
        with pytest.raises(SubmissionError, match=words):
            ws.recv()
        with pytest.raises(SubmissionError, match="code 4000"):
            ws.send("more")


def test_a_websocket_can_be_iterated(api: Api) -> None:
    with api.websocket("/count") as ws:
        assert list(ws) == ["0", "1", "2"]


def test_a_refused_websocket_is_an_error_in_words(api: Api) -> None:
    with pytest.raises(SubmissionError, match=r"^WebSocket /none: refused with status 403\.$"):
        api.websocket("/none")
    with (
        saying(b"nonsense") as other,
        pytest.raises(SubmissionError, match=r"^WebSocket /x: no c"),
    ):
        other.websocket("/x")
    with pytest.raises(SubmissionError, match="connection"):
        Api(f"http://127.0.0.1:{unused_port()}").websocket("/x")


def test_a_handshake_without_answer_ends_in_time() -> None:
    stop = threading.Event()
    with talking(lambda _: stop.wait(), timeout=0.3) as api:
        with pytest.raises(SubmissionError, match=r"^WebSocket /x: no answer within 0\.3 s\.$"):
            api.websocket("/x")
        stop.set()
