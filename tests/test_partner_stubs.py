"""The partners of the lessons: there, slow, the same in every run, replaced and not piled up."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from clinic.api import Api
from clinic.errors import SubmissionError, UsageError
from clinic.partner_stubs import THINKING_TIME, Partners, _Keeper, partners

NAMES = ("supplier", "auth", "mail")
VARIABLES = ("SUPPLIER_URL", "AUTH_URL", "MAIL_URL", "NO_PROXY", "no_proxy")


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partners]:
    for name in VARIABLES:
        monkeypatch.setenv(name, "proxy.example" if name == "NO_PROXY" else "")
    started = partners(*NAMES)
    yield started
    stop_all()


def stop_all() -> None:
    for keeper in keepers():
        keeper.stub.stop()
        keeper.let_go.set()
        keeper.join(10)


def keepers() -> list[_Keeper]:
    return [thread for thread in threading.enumerate() if isinstance(thread, _Keeper)]


def test_their_addresses_stand_in_the_environment(shop: Partners) -> None:
    assert [os.environ[name] for name in VARIABLES[:3]] == [shop[name].url for name in NAMES]
    assert os.environ["NO_PROXY"] == "proxy.example,127.0.0.1"
    assert os.environ["no_proxy"] == "127.0.0.1"


def test_the_supplier_knows_the_same_prices_in_every_run(shop: Partners) -> None:
    api = Api(shop["supplier"].url)
    tea, coffee = api.burst("GET", "/prices/{}", ["tea", "coffee"])
    assert tea.json() == {"sku": "tea", "price": 53.14}
    assert coffee.json()["price"] != tea.json()["price"]
    assert tea.end - tea.start >= THINKING_TIME


def test_the_login_service_knows_three_people(shop: Partners) -> None:
    api = Api(shop["auth"].url)
    tokens = ["token-ada", "token-bob", "token-eve", "stolen"]
    ada, *others, unknown = api.burst("GET", "/introspect?token={}", tokens)
    assert ada.json() == {"user": "ada", "admin": True}
    assert [answer.json()["admin"] for answer in others] == [False, False]
    assert (unknown.status, unknown.json()) == (404, {"error": "unknown token"})


def test_the_mail_partner_refuses_what_bounces(shop: Partners) -> None:
    messages = [{"json": {"to": to}} for to in ("ada@home.example", "x@bounce.example", 7)]
    taken, refused, odd = Api(shop["mail"].url).burst("POST", "/messages", 3, each=messages)
    assert (taken.status, taken.json()) == (202, {"accepted": "ada@home.example"})
    assert (refused.status, refused.json()) == (500, {"error": "x@bounce.example is refused"})
    assert odd.json() == {"accepted": "7"}
    assert Api(shop["mail"].url).post("/messages", content=b"[]").status_code == 202


def test_running_the_cell_again_replaces_the_partners(shop: Partners) -> None:
    before = threading.active_count()
    old = shop["supplier"].url
    again = partners("supplier")
    assert threading.active_count() == before
    assert os.environ["SUPPLIER_URL"] == again["supplier"].url != old
    with pytest.raises(SubmissionError, match="connection refused"):
        Api(old).get("/prices/tea")
    assert old in repr(shop), "also what is stopped can be shown"
    assert Api(shop["auth"].url).get("/introspect").status_code == 404, "the others stay"
    assert os.environ["NO_PROXY"].count("127.0.0.1") == 1


def test_what_was_started_is_shown_with_its_purpose(shop: Partners) -> None:
    bundle = shop._repr_mimebundle_()
    for name in NAMES:
        assert name in bundle["text/plain"]
        assert shop[name].url in bundle["text/html"]
    assert repr(shop) == bundle["text/plain"]


def test_a_partner_that_does_not_exist_is_named_before_any_starts() -> None:
    before = len(keepers())
    with pytest.raises(UsageError, match="no partner 'bank'; there are supplier, auth, mail"):
        partners("supplier", "bank")
    assert len(keepers()) == before
