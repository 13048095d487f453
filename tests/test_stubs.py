"""The partners of checks and lessons: real servers with a gate, that can also misbehave."""

from __future__ import annotations

import contextlib
import gc
import smtplib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from clinic.api import Api
from clinic.errors import CourseError, MachineError, SubmissionError
from clinic.stubs import HttpStub, Misbehaviour, Reply, SmtpStub, StubRequest, wait_until


def price(request: StubRequest) -> Reply:
    return Reply({"path": request.path}, status=int(request.query.get("status", "200")))


@pytest.fixture
def stub() -> Iterator[HttpStub]:
    with HttpStub(price) as running:
        yield running


def answering(reply: Reply) -> HttpStub:
    return HttpStub(lambda request: reply)


def test_a_request_is_recorded_as_it_came(stub: HttpStub) -> None:
    answer = Api(stub.url, source="127.0.0.7").post(
        "/a%20b/ü?x=1&y=", json={"n": 1}, headers={"X-Mark": "m"}
    )
    (seen,) = stub.requests
    assert answer.json() == {"path": "/a b/ü"}
    assert (seen.number, seen.method, seen.path) == (1, "POST", "/a b/ü")
    assert (seen.query, seen.json(), seen.client) == ({"x": "1", "y": ""}, {"n": 1}, "127.0.0.7")
    assert seen.headers["x-mark"] == "m"
    assert StubRequest(1, "POST", "/", {}, {}, b"{", "").json() is None


def test_the_gate_holds_requests_and_lets_them_pass_one_by_one(stub: HttpStub) -> None:
    stub.hold()
    flight = Api(stub.url).start("GET", "/items/{}", "abc")
    assert stub.wait_holding(3) == stub.holding == stub.most_held == 3
    assert (flight.done, stub.answered) == (0, 0)

    assert stub.release(lambda request: request.path == "/items/b") == 1
    assert flight.pending[1].result(5).status == 200
    assert stub.wait_answered(1) == 1
    assert (stub.holding, flight.done) == (2, 1)

    assert stub.release() == 2
    assert [exchange.status for exchange in flight.wait(5)] == [200, 200, 200]
    assert Api(stub.url).get("/items/d").status_code == 200, "the gate stays open"
    assert (stub.wait_for(4), stub.answered, stub.most_held) == (4, 4, 3)


def test_waiting_in_vain_tells_how_many_there_are(stub: HttpStub) -> None:
    Api(stub.url).get("/")
    assert stub.wait_for(2, 0.01) == 1
    assert stub.wait_holding(1, 0.01) == 0
    assert stub.wait_answered(2, 0.01) == 1


def test_a_connection_carries_many_requests(stub: HttpStub) -> None:
    with socket.create_connection(("127.0.0.1", int(stub.url.rpartition(":")[2]))) as client:
        for number in range(3):
            client.sendall(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
            head = client.recv(65536)
            assert head.startswith(b"HTTP/1.1 200")
            assert head.endswith(b'{"path": "/%d"}' % number)
    assert len(stub.requests) == 3


@pytest.mark.parametrize("status", [200, 204, 304, 404, 503])
def test_every_status_is_a_whole_answer(stub: HttpStub, status: int) -> None:
    answer = Api(stub.url).get(f"/x?status={status}")
    assert answer.status_code == status
    assert answer.text == ("" if status in (204, 304) else '{"path": "/x"}')
    assert Api(stub.url).head("/x").text == ""


def test_headers_and_bytes_are_the_authors(stub: HttpStub) -> None:
    with answering(Reply(body=b"a,b", headers={"Content-Type": "text/csv"})) as csv:
        answer = Api(csv.url).get("/")
    assert (answer.content, answer.headers["content-type"]) == (b"a,b", "text/csv")


def test_a_partner_that_hangs_does_so_in_silence_also_when_its_client_has_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with answering(Reply(misbehave="hang")) as stub:
        Api(stub.url).send("GET", "/", timeout=0.2).result()
        for _ in range(3):
            time.sleep(0.1)
            gc.collect()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("misbehave", "error"),
    [
        ("reset", "connection closed"),
        ("garbage", "not HTTP|no HTTP|HTTP"),
        ("hang", "no answer within 0.3 s"),
        ("drip", "within 0.3 s"),
    ],
)
def test_a_partner_can_misbehave(misbehave: Misbehaviour, error: str) -> None:
    with (
        answering(Reply(body=b"x" * 600, misbehave=misbehave)) as stub,
        pytest.raises(SubmissionError, match=error),
    ):
        Api(stub.url, timeout=0.3).get("/")
    assert stub.wait_for(1) == 1


def test_a_dripping_answer_arrives_in_the_end() -> None:
    with answering(Reply(body=b"drop", misbehave="drip")) as stub:
        assert Api(stub.url).get("/").content == b"drop"


def test_stopping_frees_whoever_waits(stub: HttpStub) -> None:
    stub.hold()
    flight = Api(stub.url, timeout=60).start("GET", "/", 2)
    stub.wait_holding(2)
    stub.stop()
    assert [exchange.status for exchange in flight.wait(20)] == [None, None]
    stub.stop()


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\0\r\n\r\n",
        b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"",
    ],
    ids=["garbage", "target", "half", "nothing"],
)
def test_a_client_that_talks_nonsense_harms_nobody(stub: HttpStub, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(stub.url.rpartition(":")[2]))) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(100) == b""
    assert Api(stub.url).get("/").status_code == 200


def upload(stub: HttpStub, size: int) -> None:
    """Send a body of that size, until the partner hangs up."""
    with connected(stub) as client:
        head = b"POST / HTTP/1.1\r\nHost: partner\r\nContent-Length: %d\r\n\r\n" % size
        client.sendall(head)
        for _ in range(size // 100_000):
            client.sendall(bytes(100_000))
        if not client.recv(100):
            raise ConnectionResetError


def connected(stub: HttpStub) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(stub.url.rpartition(":")[2])), 20)


@pytest.mark.parametrize("size", [20_000_000, 10**12])
def test_a_body_that_no_partner_would_take_is_cut_off(stub: HttpStub, size: int) -> None:
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        upload(stub, size)
    assert stub.requests == ()


def test_a_partner_keeps_so_much_and_no_more(stub: HttpStub) -> None:
    for _ in range(6):
        upload(stub, 10_000_000)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        upload(stub, 10_000_000)
    assert len(stub.requests) == 6


def test_a_partner_has_so_many_connections_and_no_more(stub: HttpStub) -> None:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(stub)) for _ in range(530)]
        assert wait_until(lambda: _hung_up(clients[-1]))
        assert not _hung_up(clients[0])
    assert wait_until(lambda: Api(stub.url).send("GET", "/").result().status == 200)


def _hung_up(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


LARGE = (b"x" * 900 + b"\r\n") * 22_000


def test_a_mailbox_is_full_some_day(post: SmtpStub) -> None:
    with smtplib.SMTP(post.host, post.port, timeout=20) as client:
        for _ in range(3):
            client.sendmail("a@x.example", ["b@x.example"], LARGE)
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@x.example", ["b@x.example"], LARGE)
    assert len(post.mails) == 3


def test_a_mail_has_so_many_recipients_and_no_more(post: SmtpStub) -> None:
    everybody = [f"{number}@x.example" for number in range(101)]
    with smtplib.SMTP(post.host, post.port, timeout=20) as client:
        assert list(client.sendmail("a@x.example", everybody, b"x")) == ["100@x.example"]


def test_an_answer_that_raises_is_the_authors_fault_and_not_the_submissions() -> None:
    with (
        pytest.raises(CourseError, match=r"^A stub could not answer: KeyError\('sku'\)\.$"),
        HttpStub(lambda request: Reply(dict[str, int]()[request.query["sku"]])) as stub,
    ):
        assert Api(stub.url).get("/").status_code == 500


def test_what_a_check_raises_goes_before_a_stubs_fault() -> None:
    with (
        pytest.raises(TimeoutError),
        HttpStub(lambda request: Reply(1 // 0)) as stub,
    ):
        raise TimeoutError(Api(stub.url).get("/").text)


def test_a_stub_that_was_not_started_has_no_address() -> None:
    stub = answering(Reply())
    with pytest.raises(MachineError, match="not been started"):
        _ = stub.url
    stub.start()
    stub.stop()


def test_no_thread_is_left(stub: HttpStub) -> None:
    before = threading.active_count()
    with answering(Reply()) as other:
        assert threading.active_count() == before + 1
        Api(other.url).get("/")
    assert threading.active_count() == before


@pytest.fixture
def post() -> Iterator[SmtpStub]:
    with SmtpStub(refuse=lambda address: address.startswith("nobody")) as running:
        yield running


def send(post: SmtpStub, text: str, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(post.host, post.port, timeout=20) as client:
        return client.sendmail("shop@example.org", recipients, text)


def test_mail_is_taken_as_it_was_sent(post: SmtpStub) -> None:
    send(post, "Subject: Order\r\n\r\nOn its way.\r\n", "ada@example.org", "bob@example.org")
    assert post.wait_for(1) == 1
    (mail,) = post.mails
    assert (mail.sender, mail.recipients) == (
        "shop@example.org",
        ("ada@example.org", "bob@example.org"),
    )
    assert mail.content == b"Subject: Order\r\n\r\nOn its way.\r\n"


def test_an_address_can_be_refused(post: SmtpStub) -> None:
    assert send(post, "x", "ada@example.org", "nobody@example.org") == {
        "nobody@example.org": (550, b"no such user here")
    }
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(post, "x", "nobody@example.org")
    assert [mail.recipients for mail in post.mails] == [("ada@example.org",)]


def test_mail_waits_at_the_gate(post: SmtpStub) -> None:
    post.hold()
    threads = [threading.Thread(target=send, args=(post, "x", "a@b.example")) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert post.wait_holding(2) == post.holding == 2
    assert post.mails == ()
    post.release()
    for thread in threads:
        thread.join(20)
    assert post.wait_for(2) == 2
    assert post.holding == 0


def test_waiting_until_something_is_true() -> None:
    numbers = iter(range(5))
    assert wait_until(lambda: next(numbers) == 3)
    assert next(numbers) == 4, "it looks no more often than needed"
    assert not wait_until(lambda: False, 0)
