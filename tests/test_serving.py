"""Serving in this process, and in a real kernel with its patched asyncio and its own streams."""

from __future__ import annotations

import functools
import os
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_core.utils import ensure_event_loop
from served import make_app

from clinic import serving
from clinic.errors import SubmissionError, UsageError
from clinic.serving import ServedApi, serve

pytestmark = pytest.mark.usefixtures("nothing_left")


# start and stop


def test_the_app_answers_in_the_block_and_not_after_it() -> None:
    with serve(make_app()) as api:
        assert isinstance(api, ServedApi)
        assert api.get("/").json() == "shop"
        assert api.get("/").headers["server"] == "uvicorn"
        assert "date" in api.get("/").headers
    with pytest.raises(SubmissionError, match="connection refused"):
        api.get("/")


def test_an_exception_in_the_block_stops_the_app_and_comes_through() -> None:
    with pytest.raises(ZeroDivisionError), serve(make_app()) as api:
        raise ZeroDivisionError
    with pytest.raises(SubmissionError, match="refused"):
        api.get("/")


def test_the_lifespan_runs_around_the_requests() -> None:
    seen = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, int]]:
        seen.append("up")
        yield {"answer": 42}
        seen.append("down")

    with serve(make_app(lifespan=lifespan)) as api:
        assert seen == ["up"]
        api.get("/")
    assert seen == ["up", "down"]


def test_several_apps_run_at_a_time() -> None:
    with serve(make_app("a")) as a, serve(make_app("b")) as b, serve(make_app("a")) as twin:
        assert [api.get("/").json() for api in (a, b, twin)] == ["a", "b", "a"]


@pytest.mark.parametrize("trust_proxy", [False, True])
def test_the_address_that_a_proxy_names_counts_only_where_it_is_trusted(trust_proxy: bool) -> None:
    app = make_app()

    @app.get("/who")
    async def who(request: Request) -> list[str]:
        assert request.client is not None
        return [request.client.host, request.url.scheme]

    told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    with serve(app, trust_proxy=trust_proxy) as api:
        seen = api.get("/who", headers=told).json()
    assert seen == (["203.0.113.7", "https"] if trust_proxy else ["127.0.0.1", "http"])


def test_behind_a_prefix_the_app_knows_it_and_its_documentation_page_works() -> None:
    app = make_app()

    @app.get("/where")
    async def where(request: Request) -> list[str]:
        return [request.scope["root_path"], request.scope["path"]]

    with serve(app, root_path="/shop") as api:
        assert api.get("/where").json() == ["/shop", "/shop/where"]
        assert api.get("/openapi.json").json()["servers"] == [{"url": "/shop"}]
        assert api.get("/_clinic/docs").status_code == 200
        described = api.get("/_clinic/openapi.json").json()
        assert "/where" in described["paths"]
        assert described["servers"] == [{"url": ".."}]
    with serve(app) as api:
        assert api.get("/where").json() == ["", "/where"]


def test_start_and_stop_without_a_block() -> None:
    api = serve(make_app()).start()
    assert api.get("/").status_code == 200
    api.stop()
    api.stop()
    with pytest.raises(SubmissionError, match="refused"):
        api.get("/")


def test_stop_of_the_server_stops_its_app_too() -> None:
    server = serve(make_app())
    server.stop()
    api = server.start()
    server.stop()
    with pytest.raises(SubmissionError, match="refused"):
        api.get("/")


def test_the_next_start_of_a_title_replaces_the_last() -> None:
    first = serve(make_app()).start()
    other = serve(make_app("other")).start()
    second = serve(make_app()).start()
    with pytest.raises(SubmissionError, match="refused"):
        first.get("/")
    assert [second.get("/").status_code, other.get("/").status_code] == [200, 200]
    with serve(make_app(), title="other"), pytest.raises(SubmissionError, match="refused"):
        other.get("/")
    second.stop()


def test_a_block_is_not_replaced_by_a_start() -> None:
    with serve(make_app()) as inside:
        serve(make_app()).start().stop()
        assert inside.get("/").status_code == 200


def test_any_asgi_app_can_be_served() -> None:
    async def bare(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with serve(bare) as api:
        assert api.get("/").status_code == 204
    with serve(functools.partial(bare)) as api:
        assert api.get("/").status_code == 204


async def endpoint(item_id: int) -> int:
    return item_id


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ("main:app", "needs an app such as FastAPI.*this is a str: 'main:app'"),
        (None, "this is a NoneType"),
        (FastAPI, r"FastAPI is a class: call FastAPI\(\)"),
        (endpoint, r"endpoint does not take \(scope, receive, send\)"),
    ],
)
def test_what_is_no_app_is_refused_in_a_sentence(app: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        serve(app)


# in a real kernel

Kernel = tuple[KernelManager, BlockingKernelClient]

SETUP = """
import nest_asyncio2; nest_asyncio2.apply()
import asyncio, threading, time, warnings
from contextlib import asynccontextmanager
from pathlib import Path
from fastapi import FastAPI
from clinic.serving import serve
from clinic.server_thread import servers

@asynccontextmanager
async def lifespan(app):
    asyncio.get_running_loop().set_debug(True)
    yield
    Path("down").touch()

app = FastAPI(title="kernel", lifespan=lifespan)

@app.get("/items/{n}")
async def read_item(n: int):
    print("item", n)
    await asyncio.sleep(0.01)
    return n

@app.get("/block")
async def block():
    warnings.warn("do not block")
    time.sleep(0.2)

@app.get("/wait")
async def wait():
    await asyncio.sleep(60)

@app.get("/thread")
async def thread():
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 1)
"""


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    source = str(Path(serving.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", source + os.pathsep + os.environ.get("PYTHONPATH", ""))
    manager, client = start_new_kernel(cwd=str(tmp_path))
    try:
        run(client, SETUP)
        yield manager, client
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        ensure_event_loop().close()  # jupyter_client leaves it to us


def run(client: BlockingKernelClient, code: str) -> tuple[str, str]:
    """Run a cell; return what it printed and the name of the exception that ended it."""
    printed: list[str] = []

    def hook(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    reply = client.execute_interactive(textwrap.dedent(code), output_hook=hook, timeout=60)
    return "".join(printed), reply["content"].get("ename", "")


def test_in_a_kernel_asyncio_run_and_servers_live_together(kernel: Kernel) -> None:
    _, client = kernel
    code = """
    async def twice():
        await asyncio.sleep(0)
        return [api.get("/items/1").json(), api.get("/items/2").json()]

    with serve(app) as api:
        print(asyncio.run(twice()), await twice())
        print([e.json() for e in api.burst("GET", "/items/{}", range(20))] == list(range(20)))
        api.get("/block")
    print(servers())
    """
    assert run(client, code) == ("[1, 2] [1, 2]\nTrue\n[]\n", "")
    log, _ = run(client, "print(api.log)")
    assert "item 19\n" in log
    assert "UserWarning: do not block" in log
    assert "Executing <Task" in log, "the loop must warn about slow callbacks as Python's does"


def test_in_a_kernel_an_interrupt_stops_the_app(kernel: Kernel) -> None:
    _, client = kernel
    code = """
    import os, signal
    with serve(app) as api:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        api.burst("GET", "/wait", 5, timeout=50)
    """
    assert run(client, code) == ("", "KeyboardInterrupt")
    code = """
    waiting = [t for t in threading.enumerate() if t.name.startswith("clinic-request")]
    print(servers(), [t for t in waiting if t.join(5) or t.is_alive()])
    """
    assert run(client, code)[0] == "[] []\n"


def test_a_kernel_that_ends_stops_its_apps(kernel: Kernel, tmp_path: Path) -> None:
    manager, client = kernel
    run(client, "api = serve(app).start(); api.get('/thread'); pending = api.send('GET', '/wait')")
    manager.shutdown_kernel()
    assert (tmp_path / "down").exists()


def test_importing_serving_is_cheap() -> None:
    import subprocess

    code = (
        "import sys, clinic.serving; "
        "print(*{'httpx', 'uvicorn', 'fastapi', 'websockets'} & set(sys.modules))"
    )
    source = str(Path(serving.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
