"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from tiny_course import write_course

from clinic.catalog import Course, load_course


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
