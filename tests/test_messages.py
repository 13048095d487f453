"""JSON messages over a Unix socket, with descriptors, from a side that is not trusted."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from processes_of import open_files

from clinic import messages

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        yield ours, theirs


def raw(body: bytes) -> bytes:
    return messages.LENGTH.pack(len(body)) + body


def test_messages_arrive_one_by_one_in_order(pair: Pair) -> None:
    ours, theirs = pair
    for number in range(3):
        messages.send(theirs, {"number": number, "text": "é\ud800\0"})
    heard = [messages.receive(ours) for _ in range(3)]
    assert heard == [({"number": n, "text": "é\ud800\0"}, []) for n in range(3)]


def test_a_descriptor_travels_and_is_another_number_for_the_same_file(pair: Pair) -> None:
    ours, theirs = pair
    read_end, write_end = os.pipe()
    messages.send(theirs, {"op": "start"}, [write_end])
    os.close(write_end)
    received = messages.receive(ours)
    assert received is not None
    (number,) = received[1]
    os.write(number, b"through")
    os.close(number)
    assert os.read(read_end, 100) == b"through"
    os.close(read_end)


def test_the_end_of_the_other_side_is_none(pair: Pair) -> None:
    ours, theirs = pair
    theirs.close()
    assert messages.receive(ours) is None
    with pytest.raises(BrokenPipeError):
        messages.send(ours, {})


@pytest.mark.parametrize("part", [b"\0", raw(b'{"a": 1}')[:-1]], ids=["length", "body"])
def test_an_end_in_the_middle_is_none(pair: Pair, part: bytes) -> None:
    ours, theirs = pair
    theirs.sendall(part)
    theirs.close()
    assert messages.receive(ours) is None


@pytest.mark.parametrize(
    "sent",
    [raw(b"no json"), raw(b"[]"), raw(b"\xff\xfe"), raw(b"[" * 100_000), b"\xff" * 8],
    ids=["text", "list", "bytes", "deep", "too-long"],
)
def test_what_is_no_message_is_refused_and_leaves_no_descriptor(pair: Pair, sent: bytes) -> None:
    ours, theirs = pair
    before = open_files()
    socket.send_fds(theirs, [sent], [theirs.fileno()])
    with pytest.raises(ValueError):  # noqa: PT011 - whatever its words
        messages.receive(ours)
    assert open_files() == before


def test_half_a_message_does_not_hold_a_reader_with_a_timeout(pair: Pair) -> None:
    ours, theirs = pair
    ours.settimeout(0.05)
    theirs.sendall(b"\0\0")
    with pytest.raises(TimeoutError):
        messages.receive(ours)
