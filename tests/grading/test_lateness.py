"""The file of --late: what it may say, and the sentence for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.errors import UsageError
from clinic.grading.lateness import Lateness, read


def late(tmp_path: Path, content: str) -> dict[str, Lateness]:
    path = tmp_path / "late.csv"
    path.write_text(content, "utf-8")
    return read(path)


def test_yes_no_and_days_with_and_without_a_penalty(tmp_path: Path) -> None:
    found = late(
        tmp_path,
        "Penalty;Late;Student\r\n10 %;yes;Ada\r\n;NO;Bo\r\n12,5;1,5 days;Cy\r\n"
        ";3;'=Di\r\n;;Ed\r\n",
    )
    assert found == {
        "Ada": Lateness(None, 10.0),
        "Bo": Lateness(0.0),
        "Cy": Lateness(1.5, 12.5),
        "=Di": Lateness(3.0),
        "Ed": Lateness(0.0),
    }
    assert [found[name].is_late for name in found] == [True, False, True, True, False]


def test_the_penalty_may_be_missing(tmp_path: Path) -> None:
    assert late(tmp_path, "student,late\nAda,x\n") == {"Ada": Lateness(None)}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Ada,perhaps,", "row 3 says late: perhaps; write yes, no, or the number of days"),
        ("Ada,-2,", "row 3 says late: -2"),
        ("Ada,nan,", "row 3 says late: nan"),
        ("Ada,yes,101", "row 3 has the penalty 101; write percent, from 0 to 100"),
        ("Ada,yes,-5", "row 3 has the penalty -5"),
        ("Ada,yes,half", "row 3 has the penalty half"),
        ("Ada,no,5", "row 3 is not late, but has a penalty"),
        (",yes,5", "row 3 has no student"),
        ("Bo,yes,5", "row 3 says something else of Bo than one above"),
    ],
)
def test_a_row_that_says_nothing_clear_is_named(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        late(tmp_path, f"student,late,penalty\nBo,no,\n{row}\n")
    assert told in str(caught.value)


def test_a_missing_file_or_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        read(tmp_path / "late.csv")
    with pytest.raises(UsageError, match="no column 'late'"):
        late(tmp_path, "student,days\n")
