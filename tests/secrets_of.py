"""What no learner may find in what an instructor hands out: the lines of answers and of checks."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from clinic.catalog import lesson_paths
from clinic.cells import read_notebook

DISTINCTIVE = 20
"""Shorter lines (``return None``) are found anywhere."""


def secret_lines(root: Path) -> set[str]:
    """Return each distinctive line of answers, checks and attempts that no lesson shows.

    Lessons show much: their hints come close to the code, and what their apps import an answer
    imports as well. What the engine itself says to FastAPI or to Python is no secret either.
    """
    held_back = set(_held_back(root))
    return held_back - set(_lines_in("\n".join([*_lessons(root), *_engine(root)]), held_back))


def found_in(files: Mapping[str, bytes], lines: Iterable[str]) -> set[str]:
    """Return which lines occur in files; of notebooks in any cell, output or metadata."""
    texts = (text for name, content in files.items() for text in _readings(name, content))
    return set(_lines_in("\n".join(texts), lines))


def _lines_in(text: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that occur in a text: looked up by how they begin, for there are many."""
    beginning: dict[str, list[str]] = {}
    for line in lines:
        beginning.setdefault(line[:DISTINCTIVE], []).append(line)
    for start in range(len(text) - DISTINCTIVE + 1):
        for line in beginning.get(text[start : start + DISTINCTIVE], ()):
            if text.startswith(line, start):
                yield line


def _held_back(root: Path) -> Iterator[str]:
    folders = (root / "solutions", root / "tests" / "checks")
    notebooks = [path for folder in folders for path in lesson_paths(folder)]
    cells = [cell.source for path in notebooks for cell in read_notebook(path).cells]
    attempts = [path.read_text("utf-8") for path in (root / "tests/attempts").rglob("*.py")]
    for text in [*cells, *attempts]:
        for line in map(str.strip, text.splitlines()):
            if len(line) >= DISTINCTIVE and re.search("[A-Za-z]{3}", line):
                yield line


def _lessons(root: Path) -> Iterator[str]:
    for path in lesson_paths(root / "notebooks"):
        yield from (cell.source for cell in read_notebook(path).cells)


def _engine(root: Path) -> Iterator[str]:
    yield from (path.read_text("utf-8") for path in (root / "src/clinic").glob("*.py"))


def _readings(name: str, content: bytes) -> Iterator[str]:
    text = content.decode("utf-8", "replace")
    for each in _strings(json.loads(text)) if name.endswith(".ipynb") else [text]:
        yield each
        yield html.unescape(each)


def _strings(value: Any) -> Iterator[str]:
    """Yield every text of a JSON value; a list of lines (a source, an output) as one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
