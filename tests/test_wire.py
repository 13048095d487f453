"""Requests on the wire: their limits, and answers that break every rule of HTTP."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from served import answer, saying, talking

from clinic.api import Api
from clinic.errors import MachineError, SubmissionError, UsageError
from clinic.serving import serve
from clinic.wire import MAX_BODY, Call, Target, check_size, fetch, new_request


def test_bodies_of_all_kinds_arrive(api: Api) -> None:
    assert api.post("/echo", json={"a": 1}).json() == {"a": 1}
    assert api.post("/echo", content=b"bytes").content == b"bytes"
    assert api.post("/echo", data={"a": "b"}).text == "a=b"
    assert b"hello" in api.post("/echo", files={"f": ("x.txt", b"hello")}).content
    assert api.post("/echo", content=iter([b"one ", b"two"])).text == "one two"
    assert len(api.post("/echo", content=b"x" * 3_000_000).content) == 3_000_000


def test_auth_is_a_pair_of_user_and_password() -> None:
    app = FastAPI()

    @app.get("/")
    async def who(request: Request) -> str:
        return request.headers["authorization"]

    with serve(app) as api:
        assert api.get("/", auth=("user", "pass")).json() == "Basic dXNlcjpwYXNz"


@pytest.mark.parametrize("path", ["/a\nb", "/" + "x" * 70_000])
def test_an_impossible_path_is_a_usage_error(api: Api, path: str) -> None:
    with pytest.raises(UsageError, match="cannot be requested"):
        api.get(path)


def test_an_address_that_the_machine_lacks_is_the_machines_fault(api: Api) -> None:
    with pytest.raises(MachineError, match=r"no client address 192\.0\.2\.1"):
        api.at("192.0.2.1").get("/items/1")
    with pytest.raises(MachineError):
        api.at("192.0.2.1").burst("GET", "/items/{}", range(2))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "connection closed before an answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-le", "connection closed before an answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "connection closed before an answer"),
        (b"hello, I am no web server\r\n\r\n", "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", "closed in the middle of the answer"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab", "in the middle of"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 6_000_000, "larger than 5,000,000 bytes"),
        (answer(gzip.compress(bytes(9_000_000)), b"content-encoding: gzip"), "unpacks to more"),
        (answer(zlib.compress(bytes(9_000_000)), b"content-encoding: deflate"), "unpacks to more"),
        (
            answer(
                gzip.compress(gzip.compress(bytes(9_000_000))), b"content-encoding: gzip, gzip"
            ),
            "unpacks to more",
        ),
        (answer(b"plain", b"content-encoding: gzip"), "is not gzip, as its header says"),
        (answer(b"plain", b"content-encoding: br"), "packed as br, which was not asked for"),
    ],
)
def test_a_broken_answer_is_an_error_in_words(said: bytes, words: str) -> None:
    with saying(said) as api:
        exchange = api.send("GET", "/x").result()
        assert words in exchange.error
        with pytest.raises(SubmissionError, match=f"^GET /x: {exchange.error[:20]}"):
            api.get("/x")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nx: ", "no answer within 1 s"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n", "the answer did not end within 1 s"),
    ],
)
def test_a_drip_does_not_outlast_the_timeout(start: bytes, words: str) -> None:
    stop = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(start)
        while not stop.wait(0.02):
            connection.sendall(b"x")

    with talking(drip, timeout=1) as api:
        assert api.send("GET", "/").result().error == words
        stop.set()


def test_a_server_that_reads_nothing_does_not_outlast_the_timeout() -> None:
    stop = threading.Event()
    with talking(lambda _: stop.wait(), timeout=0.3) as api:
        error = api.send("POST", "/", content=b"x" * 50_000_000).result().error
        stop.set()
    assert error == "no answer within 0.3 s"


def test_an_early_answer_to_a_large_upload_is_read() -> None:
    said = answer(b"too large").replace(b"200 OK", b"413 Too Large")
    done = threading.Event()

    def refuse(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(said)
        done.wait(5)

    with talking(refuse) as api:
        response = api.post("/", content=b"x" * 50_000_000)
        done.set()
    assert (response.status_code, response.text) == (413, "too large")


@pytest.mark.parametrize(
    "body", [b"<html>", b"\xff\xfe\xfa", b"[" * 200_000, b"1" * 5000, b"", b"NaN1"]
)
def test_json_that_is_none_is_the_apps_fault(body: bytes) -> None:
    with saying(answer(body)) as api:
        response = api.get("/a?b=c")
        with pytest.raises(SubmissionError, match=r"^GET /a\?b=c: the answer is not JSON\.$"):
            response.json()
        with pytest.raises(SubmissionError, match="not JSON"):
            api.history[0].json()


@pytest.mark.parametrize("charset", [b"zlib", b"base64", b"idna", b"nonsense", b"unicode_escape"])
def test_a_charset_that_is_none_is_not_used(charset: bytes) -> None:
    body = zlib.compress(bytes(1000))
    with saying(answer(body, b"content-type: text/plain; charset=" + charset)) as api:
        assert isinstance(api.get("/").text, str)


def test_a_usual_charset_is_used() -> None:
    body = "hé".encode("latin-1")
    with saying(answer(body, b"content-type: text/plain; charset=ISO-8859-1")) as api:
        assert api.get("/").text == "hé"


def test_packed_answers_are_unpacked() -> None:
    for body, coding in (
        (gzip.compress(b"hello"), b"gzip"),
        (zlib.compress(b"hello"), b"deflate"),
    ):
        with saying(answer(body, b"content-encoding: " + coding)) as api:
            assert api.get("/").text == "hello"


# the module itself


def test_a_request_carries_nothing_of_a_client() -> None:
    request = new_request("GET", "http://127.0.0.1:1/a", headers={"accept": "text/css"})
    assert request.headers["user-agent"] == "fastapi-clinic"
    assert request.headers["accept"] == "text/css"
    assert {"cookie", "authorization"} & set(request.headers) == set()


def test_an_async_body_is_a_usage_error(api: Api) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"

    with pytest.raises(UsageError, match="async body cannot be sent"):
        api.post("/echo", content=body())


def test_a_call_that_is_given_up_first_sends_nothing() -> None:
    with talking(lambda connection: connection.recv(1)) as api:
        target = Target("127.0.0.1", int(api.base_url.rpartition(":")[2]))
        call = Call(new_request("GET", f"{api.base_url}/"), target, timeout=5)
        call.give_up("enough")
        with pytest.raises(SubmissionError, match=r"^enough$"):
            fetch(call)


def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    head = httpx.Response(200, headers={"content-encoding": "gzip"})
    check_size(head, gzip.compress(bytes(MAX_BODY)))
    with pytest.raises(SubmissionError, match="unpacks to more than 5,000,000 bytes"):
        check_size(head, gzip.compress(bytes(MAX_BODY + 1)))
