"""Run an app inside this process and talk to it: ``with serve(app) as api: ...``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from clinic.api import Api
from clinic.errors import UsageError

if TYPE_CHECKING:
    from clinic.server_thread import ServerThread
    from clinic.views import View

START_TIMEOUT = 10.0
"""Seconds that an app's startup may take."""


class ServedApi(Api):
    """The client of an app that runs in this process."""

    def __init__(self, thread: ServerThread) -> None:
        super().__init__(f"http://127.0.0.1:{thread.port}", log=thread.log.text)
        self._thread = thread

    def stop(self) -> None:
        """Stop the app: open requests get half a second, then its lifespan ends."""
        self._thread.stop()

    def docs(self) -> View:
        """Return the interactive documentation (Swagger UI) of the running app."""
        from clinic.docs_page import docs_view

        return docs_view(self.base_url, self._thread.title)


class Server:
    """An app that can be started; made by :func:`serve`."""

    def __init__(
        self, app: Callable[..., Any], title: str, *, trust_proxy: bool, root_path: str
    ) -> None:
        self._app = app
        self._title = title
        self._trust_proxy = trust_proxy
        self._root_path = root_path
        self._thread: ServerThread | None = None

    def start(self) -> ServedApi:
        """Start the app and return its client; the app runs until ``stop()``.

        The last one that was started in this way under the same title is stopped first, so that
        a cell can be run again.

        :raises StartError: the app's startup failed or hangs
        """
        return self._start(replaceable=True)

    def stop(self) -> None:
        """Stop the app, if it runs."""
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def __enter__(self) -> ServedApi:
        return self._start(replaceable=False)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self, *, replaceable: bool) -> ServedApi:
        from clinic.docs_page import DocsPage
        from clinic.server_thread import ServerThread, servers

        for old in servers():
            if old.replaceable and old.title == self._title:
                old.stop()
        thread = ServerThread(
            DocsPage(self._app),
            self._title,
            replaceable=replaceable,
            trust_proxy=self._trust_proxy,
            root_path=self._root_path,
        )
        thread.begin(START_TIMEOUT)
        self._thread = thread
        return ServedApi(thread)


def serve(
    app: Any, *, title: str | None = None, trust_proxy: bool = False, root_path: str = ""
) -> Server:
    """Return ``app``, any ASGI app, ready to be started on a free port of 127.0.0.1.

    ``with serve(app) as api:`` serves it in that block; ``api = serve(app).start()`` serves it
    until ``api.stop()`` or until the next start of the same title, which is the app's own where
    none is given. With ``trust_proxy`` the server takes its client for the proxy in front of it,
    and believes the address in ``X-Forwarded-For``: so one notebook can play many customers.
    ``root_path`` (``/shop``) is the prefix that this proxy takes off each path before it asks.

    :raises UsageError: ``app`` is not an ASGI app
    """
    _check_asgi(app)
    name = str(title or getattr(app, "title", None) or type(app).__name__)
    return Server(app, name, trust_proxy=trust_proxy, root_path=root_path)


def _check_asgi(app: Any) -> None:
    if not callable(app):
        raise UsageError(
            f"serve() needs an app such as FastAPI(); this is a {type(app).__name__}: {app!r:.60}."
        )
    if inspect.isclass(app):
        raise UsageError(
            f"serve() needs an app; {app.__name__} is a class: call {app.__name__}()."
        )
    try:
        inspect.signature(app).bind({}, None, None)
    except ValueError:
        return  # without a signature; uvicorn will see
    except TypeError:
        name = getattr(app, "__name__", type(app).__name__)
        raise UsageError(
            f"serve() needs an ASGI app such as FastAPI(); {name} does not take"
            " (scope, receive, send)."
        ) from None
