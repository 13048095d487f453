"""CSV files as spreadsheets, editors and attackers leave them."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from graded_class import HOSTILE

from clinic.errors import UsageError
from clinic.grading.tables import cell, cell_of_lines, read_table, unguarded, written

ROWS = [
    ["Student", "Score", "Comment"],
    ["Zoë", "4,5", 'said "so"; and, more\nbelow'],
    ["Ada", "", ""],
]
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@pytest.mark.parametrize(
    ("separator", "end", "encoding"),
    [*itertools.product(",;\t|", ("\n", "\r\n"), ENCODINGS)],
)
def test_it_reads_what_any_program_saves(
    tmp_path: Path, separator: str, end: str, encoding: str
) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(ROWS)
    path = tmp_path / "sheet.csv"
    path.write_bytes(file.getvalue().encode(encoding))
    table = read_table(path, ("score", "student"))
    assert table.columns == ("student", "score", "comment")
    assert [row["student"] for row in table.rows] == ["Zoë", "Ada"]
    assert table.rows[0]["score"] == "4,5"
    assert table.rows[0]["comment"] == 'said "so"; and, more\nbelow'


def test_rows_have_the_numbers_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(b'sep=;\r\n" Student ";late\r\n"a\nb";x\r\n;\r\n\r\nc;y\r\n')
    assert [(row.number, row["late"]) for row in read_table(path, ("student",)).rows] == [
        (2, "x"),
        (5, "y"),
    ]


def test_cells_beyond_the_header_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"student,,late\na,b,c,d\n")
    table = read_table(path, ("student",))
    assert table.columns == ("student", "column 2", "late", "column 4")
    assert table.rows[0]["column 4"] == "d"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has no column 'student'; its first row has nothing"),
        (b"name,late\n", "has no column 'student'; its first row has name, late"),
        (b"student,late,student\n", "two columns 'student'"),
        (b"PK\x03\x04...", "is a workbook, not CSV"),
        (b"student,late\na\0,b\n", "is not text that can be read"),
        (b"student,late\n\x81\n", "is not text that can be read"),
        (b'student,late\n"a,b\nc,d\n', "a quotation mark may be open"),
        (b"student,late\n" + b"x" * 200_000, "is not a CSV file that can be understood"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="sheet") as caught:
        read_table(path, ("student",))
    assert told in str(caught.value)


def test_a_folder_or_nothing_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a file"):
        read_table(tmp_path, ("student",))
    with pytest.raises(UsageError, match="There is no file"):
        read_table(tmp_path / "absent.csv", ("student",))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_computes_whatever_separator_a_spreadsheet_expects(
    text: str, separator: str
) -> None:
    file = written([[cell(text), cell_of_lines(text), "end"]])
    for row in csv.reader(io.StringIO(file, newline=""), delimiter=separator):
        for found in row:
            assert not found.lstrip(' \t\r\n"').startswith(SIGNS)


def test_an_apostrophe_comes_and_goes() -> None:
    assert cell("=1+1") == "'=1+1"
    assert unguarded(cell("=1+1")) == "=1+1"
    assert unguarded("'tis") == "'tis"
    assert cell("a;=1") == "a;'=1"
    assert cell("5 - 3, -2") == "5 - 3, -2"


def test_a_list_in_an_answer_gets_dots() -> None:
    assert cell_of_lines("- one\n- two\n-3") == "• one\n• two\n'-3"


def test_written_rows_are_those_of_rfc_4180() -> None:
    assert written([["a", 'b"c', "d,e", "f\ng"]]) == 'a,"b""c","d,e","f\ng"\r\n'
