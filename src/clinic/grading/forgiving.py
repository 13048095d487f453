"""Read whatever a student calls a notebook: never raises, bounded in time and memory.

:func:`clinic.cells.parse_notebook` is strict, for authors. Here the text is scanned for the list
of cells, and each cell is parsed by itself without its outputs. So 50 MB of outputs cost no
objects, a file that breaks off keeps the cells before the break, and nesting is only counted.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from clinic.cells import Cell, Notebook

MAX_CELLS = 20_000
MAX_TOKENS = 4_000_000
"""Strings and brackets of a file; a notebook of 50 MB of printed lines has about a million."""
MAX_CELL = 4_000_000
MAX_CELL_TOKENS = 100_000

_TOKEN = re.compile(
    r'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"(?P<key>\s*+:)?|(?P<open>[\[{])|(?P<close>[\]}])|"',
    re.DOTALL,
)
_DROPPED = ("outputs", "attachments")
_KINDS = {"code": "code", "raw": "raw", "markdown": "markdown", "heading": "markdown"}
_PERCENT = re.compile(r"^# ?(?:%%+(?P<title>.*)|In ?\[[ \d]*\]:.*)$", re.MULTILINE)
_NOT_NOTEBOOKS = {
    b"PK\x03\x04": "a zip file",
    b"%PDF": "a PDF file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x1f\x8b": "a packed file",
    b"SQLite format 3": "a database",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The cells that could be read, and sentences about what could not.

    A cell that is damaged stands there as an empty raw cell, so that cells keep their numbers.
    """

    notebook: Notebook
    notes: tuple[str, ...] = ()


def read_forgivingly(content: bytes, name: str) -> Reading:
    """Return the cells of a notebook of format 3 or 4, or of a script with ``# %%`` lines.

    ``name`` stands for the file in the notes.
    """
    for magic, kind in _NOT_NOTEBOOKS.items():
        if content.startswith(magic):
            return _nothing(f"{name} is {kind}, not a notebook; it was not graded.")
    text, notes = _decode(content, name)
    if not text.strip():
        return _nothing(f"{name} is empty.")
    scan = _Scan(text)
    cells = tuple(_cell(row) for row in scan.rows())
    if scan.seen_list:
        return Reading(Notebook(cells), (*notes, *scan.notes(name)))
    if not text.lstrip().startswith(("{", "<")) and _is_script(text, name):
        return Reading(Notebook(_script_cells(text)), notes)
    return _nothing(_what_else(text, name))


def _nothing(note: str) -> Reading:
    return Reading(Notebook(()), (note,))


def _what_else(text: str, name: str) -> str:
    start = text.lstrip()[:1]
    if start == "<":
        return f"{name} is a web page, not a notebook; hand in the .ipynb file itself."
    if start == "{":
        return f"{name} is not a whole notebook: it has no list of cells."
    return f"{name} is not a notebook: it holds something else."


# Text --------------------------------------------------------------------------------------------


def _decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    text, note = _decoded(content)
    if "\0" in text:
        text, note = text.replace("\0", ""), "holds zero bytes; it was read without them"
    return text.removeprefix("\ufeff"), (f"{name} {note}.",) if note else ()


def _decoded(content: bytes) -> tuple[str, str]:
    for bom, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(bom):
            return content.decode(encoding, "replace"), ""
    try:
        return _without_bom(content), ""
    except UnicodeDecodeError:
        return _guessed(content), "is not saved as UTF-8; some letters may have been misread"


def _without_bom(content: bytes) -> str:
    """Return strict UTF-8; also UTF-16 that does not say so, by its zero bytes."""
    zeros = [content[:200:2].count(0), content[1:200:2].count(0)]
    if max(zeros) > 20 > min(zeros):
        return content.decode("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le", "replace")
    return content.decode("utf-8-sig")


def _guessed(content: bytes) -> str:
    """Return UTF-8 with some bad bytes, or Windows's Latin letters where these are the rule."""
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return text if good > bad else content.decode("cp1252", "replace")


# JSON --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scan:
    """Walks over strings and brackets, and cuts out the objects in the list ``cells``."""

    text: str
    seen_list: bool = False
    broken_off: bool = False
    too_long: bool = False
    damaged: list[int] = field(default_factory=list)
    count: int = 0
    depth: int = 0
    list_depth: int = 0  # of the list of cells; 0 outside of it
    start: int = -1  # of the present cell
    tokens: int = 0  # of the present cell
    cut_from: int = -1  # where its outputs begin
    pieces: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each cell as JSON has it, without outputs; an empty one for a damaged cell."""
        key = ""
        for number, token in enumerate(_TOKEN.finditer(self.text)):
            kind = token.lastgroup
            if kind is None or number >= MAX_TOKENS or self.count >= MAX_CELLS:
                self.broken_off, self.too_long = kind is None, kind is not None
                return
            self.tokens += self.cut_from < 0
            if kind == "key":
                key = token["text"] if self.cut_from < 0 and len(token["text"]) < 12 else ""
                continue
            if kind == "open":
                self._opened(token, key)
            elif kind == "close" and self._closed(token):
                yield self._row(token.end())
            key = ""
        self.broken_off = self.depth > 0

    def _opened(self, token: re.Match[str], key: str) -> None:
        self.depth += 1
        if not self.list_depth:
            # Format 4 has {"cells": [...]}, format 3 {"worksheets": [{"cells": [...]}]}.
            if key == "cells" and self.depth in (2, 4) and token["open"] == "[":
                self.list_depth, self.seen_list = self.depth, True
        elif self.depth == self.list_depth + 1:
            self.start, self.tokens, self.pieces = token.start(), 0, []
        elif self.depth == self.list_depth + 2 and key in _DROPPED:
            self.cut_from = token.start()

    def _closed(self, token: re.Match[str]) -> bool:
        """Return whether this ends a cell."""
        self.depth -= 1
        if self.cut_from >= 0 and self.depth == self.list_depth + 1:
            self.pieces += [self.text[self.start : self.cut_from], "[]"]
            self.start, self.cut_from = token.end(), -1
        elif self.list_depth and self.depth < self.list_depth:
            self.list_depth = 0
        return bool(self.list_depth) and self.depth == self.list_depth and self.start >= 0

    def _row(self, end: int) -> dict[str, Any]:
        self.count += 1
        piece = "".join([*self.pieces, self.text[self.start : end]])
        self.start = -1
        row: object = None
        if len(piece) <= MAX_CELL and self.tokens <= MAX_CELL_TOKENS:
            row = _parsed(piece)
        if not isinstance(row, dict):
            self.damaged.append(self.count)
            return {}
        return row

    def notes(self, name: str) -> Iterator[str]:
        """Yield what could not be read."""
        if self.broken_off:
            kept = f"the first {self.count} cells were read" if self.count else "nothing was read"
            yield f"{name} breaks off in the middle; {kept}."
        if self.too_long:
            yield f"{name} is too long to be read to its end; clear its outputs."
        if self.damaged:
            numbers = ", ".join(map(str, self.damaged[:10]))
            cells = "Cell" if len(self.damaged) == 1 else "Cells"
            yield f"{cells} {numbers} of {name} cannot be read."


def _parsed(piece: str) -> object:
    try:
        # A number of thousands of digits is refused as int, but not as float.
        return json.loads(piece, strict=False, parse_int=float)
    except (ValueError, RecursionError):
        return None


def _cell(row: dict[str, Any]) -> Cell:
    own_id, metadata = row.get("id"), row.get("metadata")
    kind = row.get("cell_type", "code" if row else "raw")
    return Cell(
        kind=_KINDS.get(kind, "raw") if isinstance(kind, str) else "code",
        source=_source(row.get("source", row.get("input", ""))),
        id=own_id if isinstance(own_id, str) else "",
        metadata=metadata if isinstance(metadata, dict) else {},
        execution_count=_whole(row.get("execution_count", row.get("prompt_number"))),
    )


def _source(value: object) -> str:
    lines = value if isinstance(value, list) else [value]
    text = "".join(line for line in lines if isinstance(line, str))
    # JSON can spell half a character ("\ud800"), which no file could hold afterwards.
    return text.encode("utf-8", "replace").decode("utf-8")


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, float) and 0 <= value < 1e9 else None


# Scripts -----------------------------------------------------------------------------------------


def _is_script(text: str, name: str) -> bool:
    """Tell a script from any other text: by its name, its cells or an exercise in it."""
    return name.casefold().endswith(".py") or bool(_PERCENT.search(text) or "exercise" in text)


def _script_cells(text: str) -> tuple[Cell, ...]:
    """Return the cells of a script; Jupytext, VS Code and nbconvert begin each with a comment."""
    text = text.replace("\r\n", "\n")
    marks = list(islice(_PERCENT.finditer(text), MAX_CELLS))
    if not marks:
        return (Cell("code", text.strip("\n")),)
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    cells = [
        Cell(_script_kind(mark["title"] or ""), text[mark.end() : end].strip("\n"))
        for mark, end in zip(marks, ends, strict=True)
    ]
    return (Cell("raw", text[: marks[0].start()]), *cells)


def _script_kind(title: str) -> str:
    found = re.search(r"\[(markdown|md|raw)\]", title)
    return "code" if found is None else "raw" if found.group(1) == "raw" else "markdown"
