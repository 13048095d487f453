"""CSV files that people and spreadsheets edit: read forgivingly, written so that nothing runs."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic.cells import read_bytes
from clinic.errors import UsageError
from clinic.grading.texts import SENTENCE, line, lines

BOM = "\ufeff"
"""Excel takes a CSV file without this mark for one in the code page of its machine."""

_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_STARTS = re.compile(f"((?:^|[;|\t\n]) *)(?=[{_FORMULA}])")
_BULLET = re.compile(r"(?m)^[-+] (?=\S)")
_GUARDED = re.compile(f"'(?=[{_FORMULA}])")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` is the one that a spreadsheet shows (the header is row 1)."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the cell without spaces around it; empty where there is no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class Table:
    """The columns, in order and in lower case, and the rows that hold anything."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, needed: Sequence[str]) -> Table:
    """Return the CSV file, whatever program saved it.

    Comma, semicolon, tab or bar may separate; the encoding may be UTF-8, UTF-16 with a mark, or
    that of Windows; columns may come in any order, and unknown ones are kept.

    Raises:
        UsageError: it cannot be read, is no CSV file, or lacks one of the ``needed`` columns.
    """
    text = _decoded(read_bytes(path), path).removeprefix(BOM)
    text = re.sub(r"\A\"?sep=.\"?\r?\n", "", text)  # Excel's own line, which it hides
    separator = _separator(text, needed)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        records = list(enumerate(reader, start=1))
    except csv.Error as error:
        raise UsageError(
            f"{path} is not a CSV file that can be understood ({error}); a quotation mark may "
            "be open. Mend it, or save it from a spreadsheet as CSV."
        ) from error
    return _table(path, records, needed)


def written(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as RFC 4180 wants them: commas, CRLF, quotation marks where needed."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def cell(text: object, most: int = SENTENCE) -> str:
    """Return a stranger's text as a cell of one line that no spreadsheet computes.

    An apostrophe goes before a sign that starts a formula (CWE-1236), also after a separator: a
    spreadsheet that expects semicolons starts a new cell there, whatever the quotation marks say.
    """
    return _harmless(line(text, most))


def cell_of_lines(text: object) -> str:
    """Return a stranger's text as a cell that keeps its lines; ``-`` of a list becomes a dot."""
    return _harmless(_BULLET.sub("• ", lines(text)))


def unguarded(text: str) -> str:
    """Return the cell's text without the apostrophe that :func:`cell` put before it."""
    return _GUARDED.sub("", text, count=1) if _GUARDED.match(text) else text


def _harmless(text: str) -> str:
    return _STARTS.sub(r"\1'", text)


def _decoded(content: bytes, path: Path) -> str:
    if content.startswith(_BOOKS):
        raise UsageError(f"{path} is a workbook, not CSV; save it from the spreadsheet as CSV.")
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    for encoding in (marked, "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise UsageError(f"{path} is not text that can be read; save it as CSV in UTF-8.")


def _separator(text: str, needed: Sequence[str]) -> str:
    head = next((row for row in text.splitlines() if row.strip()), "")
    return max(",;\t|", key=lambda mark: len(set(needed) & set(_names(head.split(mark)))))


def _names(cells: Sequence[str]) -> list[str]:
    return [" ".join(name.strip(' "').lower().split()) for name in cells]


def _table(path: Path, records: Sequence[tuple[int, list[str]]], needed: Sequence[str]) -> Table:
    filled = [(number, cells) for number, cells in records if any(map(str.strip, cells))]
    names = _names(filled[0][1]) if filled else []
    _require(path, names, needed)
    width = max(len(cells) for _, cells in filled)
    columns = tuple(
        names[i] if i < len(names) and names[i] else f"column {i + 1}" for i in range(width)
    )
    rows = (Row(number, dict(zip(columns, cells, strict=False))) for number, cells in filled[1:])
    return Table(columns, tuple(rows))


def _require(path: Path, names: Sequence[str], needed: Sequence[str]) -> None:
    for name in needed:
        if name not in names:
            found = ", ".join(line(found, 40) for found in names[:12]) or "nothing"
            raise UsageError(f"{path} has no column '{name}'; its first row has {found}.")
    for name in names:
        if name and names.count(name) > 1:
            raise UsageError(f"{path} has two columns '{line(name, 40)}'; rename one of them.")
