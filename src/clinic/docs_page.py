"""The interactive documentation of a served app, offline and through Jupyter's own address.

FastAPI's own ``/docs`` takes Swagger UI from the internet and expects to stand at the root of a
server. This page takes it from an installed package and works below any prefix, so that it can be
shown inside a notebook on a hub or on Binder.
"""

from __future__ import annotations

import importlib.util
import json
import os
import traceback
from pathlib import Path
from typing import Any

from clinic.api import Api
from clinic.applog import OWN_PATHS
from clinic.errors import ClinicError, MachineError
from clinic.views import View, escape

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_HEIGHT = 560


class DocsPage:
    """An ASGI app that answers below ``OWN_PATHS`` and leaves everything else to ``app``."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or let the app do it."""
        if scope["type"] != "http" or not _path(scope).startswith(OWN_PATHS):
            await self._app(scope, receive, send)
            return
        status, kind, body = await self._page(scope)
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),  # another app may soon listen on this port
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _page(self, scope: Any) -> tuple[int, str, bytes]:
        name = _path(scope).removeprefix(OWN_PATHS)
        if name == "docs":
            title = str(getattr(self._app, "title", "app"))
            return 200, "text/html; charset=utf-8", _html(title).encode()
        if name == "openapi.json":
            return await self._openapi(scope)
        if name in _ASSETS:
            return 200, f"{_ASSETS[name]}; charset=utf-8", (_assets() / name).read_bytes()
        return 404, "text/plain; charset=utf-8", b"Not Found"

    async def _openapi(self, scope: Any) -> tuple[int, str, bytes]:
        """Return the app's own description, its servers replaced by the place it is read from."""
        try:
            schema = await self._description(scope)
            schema["servers"] = [{"url": ".."}]
        except Exception as error:
            traceback.print_exc()  # into the app's log
            words = f"The app does not describe itself: {type(error).__name__}: {error}"
            return 500, "text/plain; charset=utf-8", words.encode()
        return 200, "application/json", json.dumps(schema).encode()

    async def _description(self, scope: Any) -> Any:
        path = getattr(self._app, "openapi_url", "/openapi.json")
        if path is None:  # hidden from clients, but made all the same
            return dict(self._app.openapi())
        return json.loads(await _ask(self._app, scope, path))


def _path(scope: Any) -> str:
    """Return the path that was asked for; uvicorn puts its root path in front (0.54)."""
    return str(scope["path"]).removeprefix(scope["root_path"])


async def _ask(app: Any, scope: Any, path: str) -> bytes:
    """Return what ``app`` answers to GET ``path``, asked within this process."""
    full = scope["root_path"] + path
    asked = {**scope, "path": full, "raw_path": full.encode(), "query_string": b""}
    body = bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        body.extend(message.get("body", b""))

    await app(asked, receive, send)
    return bytes(body)


def docs_view(base_url: str, title: str) -> View:
    """Return the page of the app at ``base_url`` for a notebook, with the operations as text."""
    url = page_url(base_url)
    name = f"Interactive documentation of {title}"
    link = f'<a href="{escape(url)}" target="_blank" rel="noopener">Open in a new tab</a>'
    frame = (
        f'<iframe src="{escape(url)}" title="{escape(name)}" width="100%" height="{_HEIGHT}"'
        ' style="border: 1px solid var(--jp-border-color2, #bdbdbd)"></iframe>'
    )
    operations = _operations(base_url)
    text = "\n".join([f"{name}: {url}", *operations])
    return View(f'<div>{frame}<p style="margin: 0.3em 0">{link}</p></div>', text)


def page_url(base_url: str) -> str:
    """Return the page's address as the browser of this notebook sees it.

    Below a Jupyter server that is its proxy (jupyter-server-proxy), as the app's own port may be
    on a machine far away; elsewhere it is the app's port.
    """
    prefix = _jupyter_prefix()
    if prefix is None:
        return f"{base_url}{OWN_PATHS}docs"
    return f"{prefix}proxy/{base_url.rsplit(':', 1)[1]}{OWN_PATHS}docs"


def _jupyter_prefix() -> str | None:
    """Return the base path of the Jupyter server that started this kernel, if one did."""
    parent = os.environ.get("JPY_PARENT_PID", str(os.getppid()))
    for info in _jupyter_servers():
        if str(info.get("pid")) == parent:
            return str(info.get("base_url", "/"))
    return os.environ.get("JUPYTERHUB_SERVICE_PREFIX")


def _jupyter_servers() -> list[dict[str, Any]]:
    """Return what running Jupyter servers say of themselves.

    These are the files that ``jupyter_server.serverapp.list_running_servers`` reads; importing
    that module would take most of a second.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    infos = []
    for file in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        try:
            infos.append(json.loads(file.read_text("utf-8")))
        except (OSError, ValueError):
            continue  # a server is just writing or deleting it
    return infos


def _operations(base_url: str) -> list[str]:
    try:
        schema = Api(base_url).get(f"{OWN_PATHS}openapi.json").json()
        return [
            f"{method.upper():7} {path}  {operation.get('summary', '')}".rstrip()
            for path, operations in schema["paths"].items()
            for method, operation in operations.items()
            if method in _METHODS
        ]
    except (ClinicError, LookupError, AttributeError):
        return []


def _assets() -> Path:
    """Return the folder of Swagger UI's files; the package itself is not imported."""
    spec = importlib.util.find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        raise MachineError("Swagger UI is missing: install the package fastapi-offline.")
    return Path(spec.submodule_search_locations[0]) / "static"


def _html(title: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}: interactive documentation</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body style="margin: 0">
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script>
try {{
  // JupyterLab says in its body whether its theme is light; elsewhere the parent is out of reach
  const dark = parent.document.body.dataset.jpThemeLight === "false";
  document.documentElement.classList.toggle("dark-mode", dark);
}} catch (error) {{
  console.debug("light theme:", error.message);
}}
SwaggerUIBundle({{
  url: "openapi.json",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: false,
  tryItOutEnabled: true,
}});
</script>
</body>
</html>
"""
