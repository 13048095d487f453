"""The client against a real app, and against servers that break every rule of HTTP."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from clinic.api import Api, Burst, Exchange
from clinic.errors import MachineError, SubmissionError, UsageError
from clinic.serving import serve

Conversation = Callable[[socket.socket], object]


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


def make_app() -> FastAPI:
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


@pytest.fixture
def app() -> FastAPI:
    return make_app()


@pytest.fixture
def api(app: FastAPI) -> Iterator[Api]:
    with serve(app) as api:
        yield api


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
    head = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(head)


# single requests


def test_an_answer_is_that_of_httpx(api: Api) -> None:
    response = api.get("/items/7", params={"q": "a b"})
    assert (response.status_code, response.json()["item"]) == (200, "7")
    assert response.url.query == b"q=a+b"
    assert response.elapsed.total_seconds() > 0
    assert response.raise_for_status() is response


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_every_method_is_sent_as_such(method: str) -> None:
    app = FastAPI()

    @app.api_route("/", methods=[method.upper()])
    async def which(request: Request) -> Response:
        return Response(headers={"x-method": request.method})

    with serve(app) as api:
        assert getattr(api, method)("/").headers["x-method"] == method.upper()


def test_each_request_has_a_connection_of_its_own(api: Api) -> None:
    assert len({api.get("/items/1").json()["port"] for _ in range(5)}) == 5


def test_bodies_of_all_kinds_arrive(api: Api) -> None:
    assert api.post("/echo", json={"a": 1}).json() == {"a": 1}
    assert api.post("/echo", content=b"bytes").content == b"bytes"
    assert api.post("/echo", data={"a": "b"}).text == "a=b"
    assert b"hello" in api.post("/echo", files={"f": ("x.txt", b"hello")}).content
    assert api.post("/echo", content=iter([b"one ", b"two"])).text == "one two"
    assert len(api.post("/echo", content=b"x" * 3_000_000).content) == 3_000_000


def test_cookies_are_not_carried_over(api: Api) -> None:
    assert api.post("/echo").cookies["a"] == "b"
    assert api.get("/items/1").json()["cookies"] == {}
    assert api.get("/items/1", cookies={"c": "d"}).json()["cookies"] == {"c": "d"}


def test_redirects_are_not_followed(api: Api) -> None:
    response = api.get("/elsewhere")
    assert (response.status_code, response.headers["location"]) == (307, "/items/1")


def test_proxies_of_the_environment_do_not_matter(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert api.get("/items/1").status_code == 200
    with api.websocket("/count") as ws:
        assert ws.recv() == "0"


def test_auth_is_a_pair_of_user_and_password() -> None:
    app = FastAPI()

    @app.get("/")
    async def who(request: Request) -> str:
        return request.headers["authorization"]

    with serve(app) as api:
        assert api.get("/", auth=("user", "pass")).json() == "Basic dXNlcjpwYXNz"


def test_a_path_without_slash_is_a_usage_error(api: Api) -> None:
    with pytest.raises(UsageError, match="must begin with a slash: '/items'"):
        api.get("items")


@pytest.mark.parametrize("path", ["/a\nb", "/" + "x" * 70_000])
def test_an_impossible_path_is_a_usage_error(api: Api, path: str) -> None:
    with pytest.raises(UsageError, match="cannot be requested"):
        api.get(path)


def test_two_slashes_lead_to_no_other_host(api: Api) -> None:
    assert api.get("//example.org/items/1").status_code == 404


def test_an_address_without_port_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="is no address like"):
        Api("http://127.0.0.1").get("/")


def test_the_source_address_is_what_the_app_sees(api: Api) -> None:
    other = api.at("127.0.0.5")
    assert other.get("/items/1").json()["host"] == "127.0.0.5"
    assert other.burst("GET", "/items/{}", [2])[0].json()["host"] == "127.0.0.5"
    assert [e.source for e in api.history] == ["127.0.0.5", "127.0.0.5"]


def test_an_address_that_the_machine_lacks_is_the_machines_fault(api: Api) -> None:
    with pytest.raises(MachineError, match=r"no client address 192\.0\.2\.1"):
        api.at("192.0.2.1").get("/items/1")
    with pytest.raises(MachineError):
        api.at("192.0.2.1").burst("GET", "/items/{}", range(2))


# bursts


def test_a_burst_is_in_the_order_of_its_values(api: Api) -> None:
    burst = api.burst("GET", "/items/{}", ["c", "a", "b"])
    assert [e.json()["item"] for e in burst] == ["c", "a", "b"]
    assert [e.path for e in burst] == ["/items/c", "/items/a", "/items/b"]
    assert all(0 <= e.start < e.end and e.seconds == e.end - e.start for e in burst)
    assert burst.seconds == max(e.end for e in burst) - min(e.start for e in burst)


@pytest.mark.parametrize("count", [2, 40, 100])
def test_a_burst_is_all_inside_at_once(app: FastAPI, api: Api, count: int) -> None:
    app.state.meeting.count = count
    burst = api.burst("GET", "/meet/{}/{}", [(n, "round") for n in range(count)])
    assert [e.json() for e in burst] == [{"guest": n, "table": "round"} for n in range(count)]


def test_a_number_of_values_repeats_the_path(api: Api) -> None:
    assert [e.path for e in api.burst("GET", "/items/{x}", 3)] == ["/items/{x}"] * 3
    assert len(api.burst("GET", "/items/1", 0)) == 0
    assert api.burst("GET", "/items/1", 0).seconds == 0


def test_each_request_of_a_burst_can_have_its_own_arguments(api: Api) -> None:
    burst = api.burst("POST", "/echo", 2, each=[{"json": 1}, {"json": 2}])
    assert [e.json() for e in burst] == [1, 2]
    with pytest.raises(UsageError, match="each has 1 mappings for 2 requests"):
        api.burst("POST", "/echo", 2, each=[{}])


def test_failures_in_a_burst_are_told_in_words(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 3
    burst = api.burst("GET", "/meet/{}/t", range(2), timeout=0.2)
    assert [e.status for e in burst] == [None, None]
    assert {e.error for e in burst} == {"no answer within 0.2 s"}
    with pytest.raises(SubmissionError, match=r"^GET /meet/0/t: no answer within 0\.2 s\.$"):
        burst[0].json()


def test_a_burst_is_a_sequence_and_shows_as_a_table(api: Api) -> None:
    burst = api.burst("GET", "/items/{}", range(3))
    assert isinstance(burst[1:], Burst)
    assert [e.path for e in burst[1:]] == ["/items/1", "/items/2"]
    assert "<table" in burst._repr_mimebundle_()["text/html"]
    assert "GET /items/2" in repr(burst)
    assert "3 requests" in burst.timeline("t").text


def test_a_request_in_the_background_waits_without_holding_us_up(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 2
    pending = api.send("GET", "/meet/1/t")
    with pytest.raises(SubmissionError, match=r"^GET /meet/1/t: no answer within 0\.1 s\.$"):
        pending.result(0.1)
    assert not pending.done
    assert api.get("/meet/2/t").status_code == 200
    assert pending.result().status == 200
    assert pending.done


def test_giving_up_hangs_up(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 2
    pending = api.send("GET", "/lines")
    while not app.state.meeting.inside:
        assert not pending.done
    pending.give_up()
    assert pending.result().error == "given up by the client"
    assert app.state.meeting.left.wait(5), "the app must see that its client has gone"


def test_a_flight_goes_on_while_we_look(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 4
    flight = api.start("GET", "/meet/{}/t", range(3))
    assert api.get("/items/1").status_code == 200
    assert flight.done == 0
    api.get("/meet/9/t")
    assert [e.json()["guest"] for e in flight.wait()] == [0, 1, 2]
    assert flight.done == len(flight.pending) == 3


def test_a_flight_waits_no_longer_than_told(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 9
    burst = api.start("GET", "/meet/{}/t", range(2)).wait(0.2)
    assert [e.error for e in burst] == ["no answer within 0.2 s"] * 2


def test_history_holds_every_exchange_in_order(api: Api) -> None:
    api.get("/items/1")
    api.burst("GET", "/items/{}", [2, 3])
    with api.stream("GET", "/items/4"):
        pass
    api.at("127.0.0.2").get("/items/5")
    assert [e.path for e in api.history] == [f"/items/{n}" for n in range(1, 6)]
    assert all(isinstance(e, Exchange) and e.status == 200 for e in api.history)


def test_a_failed_request_is_in_the_history_too(api: Api) -> None:
    closed = Api(f"http://127.0.0.1:{_unused_port()}")
    with pytest.raises(SubmissionError, match=r"^GET /: connection refused\.$"):
        closed.get("/")
    with pytest.raises(SubmissionError, match="connection refused"), closed.stream("GET", "/"):
        pass
    assert [e.error for e in closed.history] == ["connection refused"] * 2


def _unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


# servers that break the rules


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


# streams, sockets


def test_a_stream_arrives_in_pieces(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 2
    with api.stream("GET", "/lines") as stream:
        assert stream.status_code == 200
        chunks = iter(stream)
        first = next(chunks)
        assert first.data == b"one"
        api.get("/meet/1/t")
        second = next(chunks)
        assert (second.data, second.seconds > first.seconds) == (b"two", True)
        assert stream.read() == b""


def test_leaving_a_stream_hangs_up(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 2
    with api.stream("GET", "/lines") as stream:
        next(iter(stream))
    assert app.state.meeting.left.wait(5)


def test_a_stream_that_stalls_is_an_error_in_words(app: FastAPI, api: Api) -> None:
    app.state.meeting.count = 2
    words = r"^GET /lines: the answer did not end within 1 s\.$"
    with (
        api.stream("GET", "/lines", timeout=1) as stream,
        pytest.raises(SubmissionError, match=words),
    ):
        stream.read()
    assert api.history[-1].error == "the answer did not end within 1 s"


def test_a_websocket_talks(api: Api) -> None:
    with api.websocket("/ws") as ws:
        ws.send("hello")
        assert ws.recv() == "HELLO"


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
        Api(f"http://127.0.0.1:{_unused_port()}").websocket("/x")


def test_raw_bytes_go_out_as_they_are(api: Api) -> None:
    answered = api.raw(b"GET /items/%2e%2e HTTP/1.0\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert api.raw(b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_raw_returns_after_its_timeout(api: Api) -> None:
    assert api.raw(b"GET / HTTP/1.1\r\n", timeout=0.2) == b""


def test_raw_is_bounded() -> None:
    with saying(b"x" * 9_000_000) as api:
        assert len(api.raw(b"hello")) == 5_000_000


def test_connect_is_a_bare_connection(api: Api) -> None:
    with api.connect() as sock:
        sock.sendall(b"GET /items/1 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert sock.recv(15) == b"HTTP/1.1 200 OK"
    with pytest.raises(SubmissionError, match="no connection to the app"):
        Api(f"http://127.0.0.1:{_unused_port()}").connect()


def test_the_log_is_whoever_keeps_it() -> None:
    assert Api("http://127.0.0.1:1").log == ""
    api = Api("http://127.0.0.1:1", log=lambda: "said")
    assert api.log == api.at("127.0.0.2").log == "said"


def test_an_api_shows_its_address() -> None:
    assert repr(Api("http://127.0.0.1:1/")) == "<Api http://127.0.0.1:1>"
