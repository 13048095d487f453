"""Notebooks as values: what is read, what is refused, and that writing agrees with nbformat."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from tiny_course import code, markdown, write_notebook

from clinic.cells import Cell, Notebook, dump_notebook, headings, parse_notebook, read_notebook
from clinic.errors import UsageError

OUTPUTS = (
    {"output_type": "stream", "name": "stdout", "text": "a\nb\n"},
    {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "<p>\nü</p>", "image/png": "aGk=\n", "application/json": {"a": 1}},
    },
)


def encode(**document: object) -> bytes:
    return json.dumps({"nbformat": 4, "cells": [], "metadata": {}} | document).encode()


def test_reads_cells_in_order_with_their_parts(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "a.ipynb",
        markdown("# Title\n\ntext"),
        code("x = 1\ny = 2", "two", tags=["a", "b"], clinic={"rule": "r"}),
    )
    first, second = read_notebook(path).cells
    assert (first.kind, first.source, first.id) == ("markdown", "# Title\n\ntext", "")
    assert (second.kind, second.source, second.id) == ("code", "x = 1\ny = 2", "two")
    assert second.tags == ("a", "b")
    assert second.clinic == {"rule": "r"}


def test_keeps_where_it_was_read_from(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb")
    assert read_notebook(path).path == path


def test_takes_a_source_that_is_one_string() -> None:
    row = {"cell_type": "code", "source": "a\nb"}
    assert parse_notebook(encode(cells=[row]), "x").cells[0].source == "a\nb"


def test_takes_a_byte_order_mark() -> None:
    assert parse_notebook(b"\xef\xbb\xbf" + encode(), "x").cells == ()


def test_half_characters_become_question_marks() -> None:
    content = encode(cells=[{"cell_type": "code", "source": "a = '\ud800'"}])
    assert parse_notebook(content, "x").cells[0].source == "a = '?'"


@pytest.mark.parametrize("own", [None, "text", ["list"], {}])
def test_odd_metadata_of_the_course_counts_as_none(own: object) -> None:
    assert not Cell("code", "", metadata={"clinic": own, "tags": "text"}).clinic
    assert Cell("code", "", metadata={"clinic": own, "tags": "text"}).tags == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "x.ipynb is not a notebook: its content is not JSON."),
        (b"\x89PNG\r\n", "x.ipynb is not a notebook: its content is not JSON."),
        (b"[" * 100_000, "x.ipynb is not a notebook: its content is not JSON."),
        (b"[]", "x.ipynb is JSON but not a notebook."),
        (b"{}", "x.ipynb is JSON but not a notebook: it has no list of cells."),
        (encode(nbformat=3), "x.ipynb is a notebook of an old format; open it in JupyterLab"),
        (b'{"worksheets": []}', "x.ipynb is a notebook of an old format; open it in JupyterLab"),
        (encode(cells={"a": 1}), "x.ipynb is JSON but not a notebook: it has no list of cells."),
        (encode(cells=[1]), "x.ipynb, cell 1, is neither a code, a markdown nor a raw cell."),
        (
            encode(cells=[{"cell_type": "code", "source": 5}]),
            "x.ipynb, cell 1, has a source that is not text.",
        ),
        (
            encode(cells=[{"cell_type": "raw", "source": ["a", 1]}]),
            "x.ipynb, cell 1, has a source that is not text.",
        ),
    ],
)
def test_what_is_no_notebook_gives_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_notebook(content, "x.ipynb")
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.ipynb", "There is no file"),
        (".", "is not a file"),
        ("a\0b", "There is no file"),
        ("n" * 300, "cannot be read: File name too long"),
    ],
)
def test_what_cannot_be_read_gives_one_sentence(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_notebook(tmp_path / name)
    assert says in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(UsageError, match="larger than 64 MB"):
        read_notebook(path)


def test_writes_what_nbformat_would_write() -> None:
    notebook = Notebook(
        cells=(
            Cell("markdown", "ü\n\nb\u2028c", "one", attachments={"a.png": {"image/png": "aGk="}}),
            Cell("code", "x", "two", {"tags": ["t"]}, OUTPUTS, 3),
            Cell("raw", "", "three"),
        ),
        metadata={"kernelspec": {"name": "python3", "display_name": "P"}},
    )
    text = dump_notebook(notebook)
    theirs = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(theirs)
    written: str = nbformat.writes(theirs)  # type: ignore[no-untyped-call]
    assert text == written + "\n"


def test_reading_what_was_written_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    notebook = Notebook((Cell("code", "a\n\nb", "one"), Cell("raw", "c", "two")), {}, path)
    path.write_text(dump_notebook(notebook), encoding="utf-8")
    assert read_notebook(path) == notebook


def test_headings_are_found_outside_code_fences_only() -> None:
    text = "# One\ntext\n```python\n# no\n```\n## Two ##\n#none\n####### seven\n~~~\n### no\n"
    assert list(headings(text)) == [(1, "One"), (2, "Two")]
