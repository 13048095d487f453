"""Notebooks as plain values: read from and written to the nbformat 4 JSON, without nbformat.

Reading is forgiving where Jupyter is (sources as one string or as lines, ids missing) and refuses
everything else in one sentence, because what is read may be a stranger's file. Writing gives the
same bytes as ``nbformat.write``, so that saving in JupyterLab changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from clinic.errors import UsageError

MAX_BYTES = 64 * 2**20
"""Larger notebooks are refused unread; a lesson with all its outputs stays under one megabyte."""

_KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``outputs`` and ``execution_count`` mean something for code cells only."""

    kind: str
    source: str
    id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[Mapping[str, Any], ...] = ()
    execution_count: int | None = None
    attachments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def clinic(self) -> Mapping[str, Any]:
        """The course's own part of the metadata; empty where there is none."""
        own = self.metadata.get("clinic")
        return own if isinstance(own, Mapping) else {}

    @property
    def tags(self) -> tuple[str, ...]:
        """The cell's tags, in order."""
        tags = self.metadata.get("tags")
        return tuple(tag for tag in tags if isinstance(tag, str)) if _is_list(tags) else ()


@dataclass(frozen=True, slots=True)
class Notebook:
    """The cells in order and the notebook's own metadata; ``path`` is where it was read from."""

    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    path: Path = Path()


def read_notebook(path: Path) -> Notebook:
    """Return the notebook in ``path``.

    Raises:
        UsageError: there is no such file, or it cannot be read, or it is no notebook.
    """
    content = parse_notebook(read_bytes(path), path.name)
    return Notebook(content.cells, content.metadata, path)


def read_bytes(path: Path) -> bytes:
    """Return the content of a regular file of at most ``MAX_BYTES`` bytes.

    Raises:
        UsageError: it is missing, no regular file, too large, or not readable.
    """
    try:
        if not path.exists():
            raise UsageError(f"There is no file {path}.")
        if not path.is_file():
            raise UsageError(f"{path} is not a file.")
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path} is larger than {MAX_BYTES // 2**20} MB; clear its outputs.")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path} cannot be read: {reason}.") from error


def parse_notebook(content: bytes, name: str) -> Notebook:
    """Return the notebook that ``content`` spells; ``name`` stands for it in messages.

    Raises:
        UsageError: it is not JSON, not a notebook, or older than nbformat 4.
    """
    document = _document(content, name)
    cells = document.get("cells")
    if not _is_list(cells):
        raise UsageError(f"{name} is JSON but not a notebook: it has no list of cells.")
    metadata = document.get("metadata")
    return Notebook(
        cells=tuple(_cell(row, f"{name}, cell {i}") for i, row in enumerate(cells, start=1)),
        metadata=metadata if isinstance(metadata, dict) else {},
    )


def dump_notebook(notebook: Notebook) -> str:
    """Return the notebook as the text of an nbformat 4.5 file."""
    document = {
        "cells": [_cell_to_json(cell) for cell in notebook.cells],
        "metadata": dict(notebook.metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(
        document, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")
    )
    return text + "\n"


def headings(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield level and text of each ``#`` heading; what stands in a code fence is not one."""
    fence = ""
    for line in markdown.splitlines():
        mark = line.strip()[:3]
        if mark in ("```", "~~~"):
            fence = "" if fence == mark else fence or mark
        hashes = line[: len(line) - len(line.lstrip("#"))]
        if not fence and 0 < len(hashes) <= 6 and line[len(hashes) :].startswith(" "):
            yield len(hashes), line[len(hashes) :].strip().rstrip("#").strip()


def _document(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not a notebook: its content is not JSON.") from error
    if not isinstance(document, dict):
        raise UsageError(f"{name} is JSON but not a notebook.")
    major = document.get("nbformat", 0 if "worksheets" in document else 4)
    if not isinstance(major, int) or major < 4:
        raise UsageError(
            f"{name} is a notebook of an old format; open it in JupyterLab and save it once."
        )
    return document


def _cell(row: object, where: str) -> Cell:
    if not isinstance(row, dict) or row.get("cell_type") not in _KINDS:
        raise UsageError(f"{where}, is neither a code, a markdown nor a raw cell.")
    metadata, outputs = row.get("metadata"), row.get("outputs")
    count, attachments = row.get("execution_count"), row.get("attachments")
    return Cell(
        kind=row["cell_type"],
        source=_text(row.get("source", ""), where),
        id=row["id"] if isinstance(row.get("id"), str) else "",
        metadata=metadata if isinstance(metadata, dict) else {},
        outputs=tuple(o for o in outputs if isinstance(o, dict)) if _is_list(outputs) else (),
        execution_count=count if isinstance(count, int) else None,
        attachments=attachments if isinstance(attachments, dict) else {},
    )


def _text(source: object, where: str) -> str:
    lines: Sequence[Any] = source if _is_list(source) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise UsageError(f"{where}, has a source that is not text.")
    # JSON can spell half a character ("\ud800"), which no file could hold afterwards.
    return "".join(lines).encode("utf-8", "replace").decode("utf-8")


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)


def _cell_to_json(cell: Cell) -> dict[str, Any]:
    row: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": dict(cell.metadata),
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        outputs = [_output_to_json(output) for output in cell.outputs]
        return row | {"execution_count": cell.execution_count, "outputs": outputs}
    return row | ({"attachments": dict(cell.attachments)} if cell.attachments else {})


def _output_to_json(output: Mapping[str, Any]) -> dict[str, Any]:
    """Split text into lines where nbformat does, in ``text`` and in the text forms of ``data``."""
    row = dict(output)
    if isinstance(row.get("text"), str):
        row["text"] = row["text"].splitlines(keepends=True)
    if isinstance(row.get("data"), dict):
        row["data"] = {mime: _split(mime, value) for mime, value in row["data"].items()}
    return row


def _split(mime: str, value: Any) -> Any:
    lines = mime.startswith("text/") or mime in ("application/javascript", "image/svg+xml")
    return value.splitlines(keepends=True) if lines and isinstance(value, str) else value
