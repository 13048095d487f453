"""Fixtures that several test modules share."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from fastapi import FastAPI
from IPython.core.interactiveshell import InteractiveShell
from served import make_meeting_app
from tiny_course import write_course

from clinic.api import Api
from clinic.applog import Switch
from clinic.catalog import Course, load_course
from clinic.server_thread import servers
from clinic.serving import serve


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a tiny course that a test may change at will."""
    write_course(tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return an IPython shell that is what `get_ipython()` finds, with an empty history."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell: Any = InteractiveShell.instance()
    yield shell
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def app() -> FastAPI:
    """Return an app whose endpoints can wait for one another; see ``served.Meeting``."""
    return make_meeting_app()


@pytest.fixture
def api(app: FastAPI) -> Iterator[Api]:
    """Return the client of ``app``, which runs."""
    with serve(app) as api:
        yield api


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Check that a test leaves no server, no stand-in for a stream and no other thread behind."""
    before = set(threading.enumerate())
    yield
    assert servers() == []
    assert not isinstance(sys.stdout, Switch)
    assert not isinstance(sys.stderr, Switch)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests of one group run on one worker.

    pytest-xdist 3.8.0 writes the group to ``_nodeid``, which pytest 9.2.0 no longer reads: it then
    spreads each group over all workers, and every one of them pays for its fixtures.
    """
    for item in items:
        grouped = vars(item).get("_nodeid")
        if isinstance(grouped, str):
            item._id = NodeId.parse(grouped)
