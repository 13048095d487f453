"""The shop's partners in a lesson: slow little servers on this machine, like the real ones.

A lesson's first cell starts those that it needs. Their addresses stand in environment variables,
which an app reads as it would where it is deployed.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clinic.errors import UsageError
from clinic.stubs import HttpStub, Reply, StubRequest
from clinic.views import View, table

THINKING_TIME = 0.5
"""Seconds that a partner takes for each answer."""


@dataclass(frozen=True, slots=True)
class Partner:
    """What a partner is for, the variable with its address, and how it answers."""

    purpose: str
    variable: str
    answer: Callable[[StubRequest], Reply]


def _quote(request: StubRequest) -> Reply:
    sku = request.path.removeprefix("/prices/")
    # The same item costs the same in every run, and no two items look alike.
    cents = 100 + zlib.crc32(sku.encode()) % 9900
    return Reply({"sku": sku, "price": cents / 100}, delay=THINKING_TIME)


def _introspect(request: StubRequest) -> Reply:
    people = {"token-ada": ("ada", True), "token-bob": ("bob", False), "token-eve": ("eve", False)}
    known = people.get(request.query.get("token", ""))
    if known is None:
        return Reply({"error": "unknown token"}, status=404, delay=THINKING_TIME)
    return Reply({"user": known[0], "admin": known[1]}, delay=THINKING_TIME)


def _take_mail(request: StubRequest) -> Reply:
    message = request.json()
    to = str(message.get("to", "")) if isinstance(message, dict) else ""
    if to.endswith("@bounce.example"):
        return Reply({"error": f"{to} is refused"}, status=500, delay=THINKING_TIME)
    return Reply({"accepted": to}, status=202, delay=THINKING_TIME)


def _known() -> Mapping[str, Partner]:
    return {
        "supplier": Partner("knows the price of every item", "SUPPLIER_URL", _quote),
        "auth": Partner("knows whose token it is", "AUTH_URL", _introspect),
        "mail": Partner("delivers messages", "MAIL_URL", _take_mail),
    }


class PartnerStub(HttpStub):
    """A partner that stays up until the kernel ends or a new one of its name replaces it."""

    def __init__(self, name: str, answer: Callable[[StubRequest], Reply]) -> None:
        super().__init__(answer)
        self.name = name
        self._keeper = _Keeper(self)

    def keep(self) -> None:
        """Start, in place of the running partner of the same name."""
        for thread in threading.enumerate():
            if isinstance(thread, _Keeper) and thread.stub.name == self.name:
                thread.stub.stop()
                thread.let_go.set()
        self.start()
        self._keeper.start()


class _Keeper(threading.Thread):
    """Holds a running partner, so that the list of threads is where to find it."""

    def __init__(self, stub: PartnerStub) -> None:
        super().__init__(name=f"clinic-partner-{stub.name}", daemon=True)
        self.stub = stub
        self.let_go = threading.Event()

    def run(self) -> None:
        self.let_go.wait()


@dataclass(frozen=True, slots=True)
class Partners:
    """The partners that a lesson started; each stands under its name: ``partners["mail"]``."""

    stubs: Mapping[str, PartnerStub]

    def __getitem__(self, name: str) -> PartnerStub:
        return self.stubs[name]

    def _view(self) -> View:
        known = _known()
        rows = [
            (n, known[n].purpose, known[n].variable, stub.url) for n, stub in self.stubs.items()
        ]
        caption = f"Partners of the shop, each takes {THINKING_TIME:g} s for an answer"
        return table(("partner", "what it does", "variable", "address"), rows, caption)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        view = self._view()
        return {"text/html": view.html, "text/plain": view.text}

    def __repr__(self) -> str:
        return self._view().text


def partners(*names: str) -> Partners:
    """Start partners by name and put their addresses into the environment.

    Names: ``supplier``, ``auth``, ``mail``. Raises UsageError for another one.
    """
    known = _known()
    for name in names:
        if name not in known:
            raise UsageError(f"There is no partner {name!r}; there are {', '.join(known)}.")
    stubs = {name: PartnerStub(name, known[name].answer) for name in names}
    for name, stub in stubs.items():
        stub.keep()
        os.environ[known[name].variable] = stub.url
    # A proxy of the environment must not come between the shop and its partners.
    for variable in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(variable, "").split(",") if host]
        os.environ[variable] = ",".join(dict.fromkeys([*hosts, "127.0.0.1"]))
    return Partners(stubs)
