"""The client against a real app."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from served import saying, unused_port

from clinic.api import Api, Burst, Exchange
from clinic.errors import SubmissionError, UsageError
from clinic.serving import serve

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


def test_a_path_without_slash_is_a_usage_error(api: Api) -> None:
    with pytest.raises(UsageError, match="must begin with a slash: '/items'"):
        api.get("items")


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
    closed = Api(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(SubmissionError, match=r"^GET /: connection refused\.$"):
        closed.get("/")
    with pytest.raises(SubmissionError, match="connection refused"), closed.stream("GET", "/"):
        pass
    assert [e.error for e in closed.history] == ["connection refused"] * 2


# streams, raw bytes


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
        Api(f"http://127.0.0.1:{unused_port()}").connect()


def test_the_log_is_whoever_keeps_it() -> None:
    assert Api("http://127.0.0.1:1").log == ""
    api = Api("http://127.0.0.1:1", log=lambda: "said")
    assert api.log == api.at("127.0.0.2").log == "said"


def test_an_api_shows_its_address() -> None:
    assert repr(Api("http://127.0.0.1:1/")) == "<Api http://127.0.0.1:1>"
