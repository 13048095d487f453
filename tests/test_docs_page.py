"""The documentation page over HTTP; tests/browser drives it in JupyterLab."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from clinic.docs_page import page_url
from clinic.serving import ServedApi, serve


@pytest.fixture(autouse=True)
def no_jupyter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder in place of the one in which Jupyter servers register."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    return tmp_path


@pytest.fixture
def api() -> Iterator[ServedApi]:
    app = FastAPI(title="shop <1>", servers=[{"url": "https://example.org"}])

    @app.get("/items/{item}", summary="Read one")
    async def read_item(item: int) -> int:
        return item

    @app.post("/orders")
    async def create_order(order: dict[str, Any]) -> dict[str, Any]:
        return order

    @app.get("/_clinically/tested")
    async def near() -> str:
        return "the app's own"

    @app.websocket("/ws")
    async def ws(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    with serve(app) as api:
        yield api


def test_the_page_loads_nothing_from_elsewhere(api: ServedApi) -> None:
    page = api.get("/_clinic/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "shop &lt;1&gt;" in page.text
    links = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert links == ["data:,", "swagger-ui.css", "swagger-ui-bundle.js"]
    for link in links[1:]:
        asset = api.get(f"/_clinic/{link}")
        assert asset.status_code == 200
        assert len(asset.content) > 100_000
        assert b"//cdn." not in asset.content


def test_the_description_names_the_place_it_comes_from_as_its_server(api: ServedApi) -> None:
    schema = api.get("/_clinic/openapi.json").json()
    assert schema["servers"] == [{"url": ".."}]
    assert schema["paths"] == api.get("/openapi.json").json()["paths"]
    assert api.get("/openapi.json").json()["servers"] == [{"url": "https://example.org"}]


def test_everything_else_is_the_apps(api: ServedApi) -> None:
    assert api.get("/_clinically/tested").json() == "the app's own"
    assert api.get("/_clinic").json() == {"detail": "Not Found"}
    assert api.get("/items/3").json() == 3
    with api.websocket("/ws") as ws:
        assert ws.recv() == "hello"


@pytest.mark.parametrize("path", ["", "x", "../api.py", "..%2fapi.py", "static/swagger-ui.css"])
def test_nothing_else_is_to_be_had(api: ServedApi, path: str) -> None:
    assert api.raw(f"GET /_clinic/{path} HTTP/1.0\r\n\r\n".encode()).startswith(b"HTTP/1.1 404")


def test_the_page_leaves_no_trace_in_the_apps_log_and_history(api: ServedApi) -> None:
    api.docs()
    assert "_clinic" not in api.log
    assert api.history == ()


@pytest.mark.parametrize("options", [{"docs_url": None}, {"openapi_url": "/api/v1/schema.json"}])
def test_the_apps_own_choice_of_addresses_does_not_matter(options: dict[str, Any]) -> None:
    with serve(FastAPI(title="own", **options)) as api:
        assert api.get("/_clinic/openapi.json").json()["info"]["title"] == "own"


def test_an_app_that_hides_its_description_is_described_all_the_same() -> None:
    with serve(FastAPI(title="hidden", openapi_url=None)) as api:
        assert api.get("/_clinic/openapi.json").json()["info"]["title"] == "hidden"


def test_an_app_without_description_has_a_view_without_operations() -> None:
    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"[]"})

    with serve(bare, title="bare") as api:
        assert api.get("/_clinic/openapi.json").status_code == 500
        assert api.docs().text == f"Interactive documentation of bare: {page_url(api.base_url)}"


def test_an_app_whose_description_fails_does_not_hang_the_page() -> None:
    app = FastAPI(title="broken")

    def broken() -> dict[str, Any]:
        raise RuntimeError("no schema")

    app.openapi = broken  # type: ignore[method-assign]
    with serve(app) as api:
        response = api.get("/_clinic/openapi.json")
        assert response.status_code == 500
        assert response.text == "The app does not describe itself: RuntimeError: no schema"
    assert "RuntimeError: no schema\n" in api.log


def test_the_view_is_a_frame_a_link_and_the_operations(api: ServedApi) -> None:
    view = api.docs()
    url = f"{api.base_url}/_clinic/docs"
    assert f'<iframe src="{url}" title="Interactive documentation of shop &lt;1&gt;"' in view.html
    assert f'<a href="{url}"' in view.html
    assert "GET     /items/{item}  Read one" in view.text.splitlines()
    assert "POST    /orders  Create Order" in view.text.splitlines()


def test_below_a_jupyter_server_the_page_comes_through_its_proxy(no_jupyter: Path) -> None:
    server = {"pid": os.getppid(), "base_url": "/user/ann/", "port": 8888}
    other = {"pid": 1, "base_url": "/other/", "port": 8889}
    (no_jupyter / "jpserver-1.json").write_text(json.dumps(other))
    (no_jupyter / "jpserver-2.json").write_text(json.dumps(server))
    (no_jupyter / "jpserver-3.json").write_text('{"pid": ')
    assert page_url("http://127.0.0.1:1234") == "/user/ann/proxy/1234/_clinic/docs"


def test_a_kernel_knows_its_server_by_the_environment_too(
    no_jupyter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_PARENT_PID", "77")
    (no_jupyter / "jpserver-77.json").write_text('{"pid": 77, "base_url": "/"}')
    assert page_url("http://127.0.0.1:1234") == "/proxy/1234/_clinic/docs"


def test_on_a_hub_the_prefix_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/bob/")
    assert page_url("http://127.0.0.1:1234") == "/user/bob/proxy/1234/_clinic/docs"


def test_without_jupyter_the_page_is_at_the_apps_own_port() -> None:
    assert page_url("http://127.0.0.1:1234") == "http://127.0.0.1:1234/_clinic/docs"
