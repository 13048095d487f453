"""manual.csv through the hands of people and spreadsheets: nothing typed in is ever lost."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from graded_class import HOSTILE, hostile_student, result
from tiny_course import ASKING, write_asking_course

from clinic.catalog import Course, load_course
from clinic.errors import UsageError
from clinic.grading import gradebook, manual
from clinic.grading.results import StudentResult

Rows = list[dict[str, str]]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return the tiny course with a question of 5 points."""
    write_asking_course(tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the folder of a grading run."""
    return tmp_path / "out"


def student(key: str, answer: str = "because") -> StudentResult:
    return result(f"Student {key}", key, answers={ASKING: answer})


def rows_of(out: Path) -> Rows:
    text = (out / "manual.csv").read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def save(
    out: Path, rows: Rows, separator: str = ",", encoding: str = "utf-8-sig", end: str = "\r\n"
) -> None:
    """Save rows as a spreadsheet does, in the order that their columns have."""
    file = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(file, columns, delimiter=separator, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    (out / "manual.csv").write_bytes(file.getvalue().encode(encoding, "replace"))


def points(out: Path) -> dict[str, str]:
    text = (out / "gradebook.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return {row["Key"]: row["Manual points"] for row in rows[1:]}


def test_a_question_of_the_course_is_known_by_its_metadata(course: Course) -> None:
    assert [(q.category, q.text, q.points) for q in course.questions] == [
        (ASKING, "Why does it wait?", 5)
    ]


def test_each_answer_has_a_row_to_fill_in(course: Course, out: Path) -> None:
    told = gradebook.write(out, course, [student("b", "two\nlines"), student("a", "")])
    assert [list(row.values())[:8] for row in rows_of(out)] == [
        ["Student a", "a", ASKING, "Why does it wait?", "", "5", "", ""],
        ["Student b", "b", ASKING, "Why does it wait?", "two\nlines", "5", "", ""],
    ]
    assert any(sentence.startswith("1 answer waits for a score") for sentence in told)


def test_a_course_without_questions_gets_no_sheet(tmp_path: Path, out: Path) -> None:
    write_asking_course(tmp_path / "other")
    course = load_course(tmp_path / "other")
    silent = replace(
        course, categories=tuple(replace(c, question=None) for c in course.categories)
    )
    gradebook.write(out, silent, [student("a")])
    assert not (out / "manual.csv").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_scores_survive_whatever_program_saved_them(
    course: Course, out: Path, separator: str, encoding: str, end: str
) -> None:
    results = [student("a"), student("b"), student("c")]
    gradebook.write(out, course, results)
    rows = rows_of(out)
    typed = {"a": ("4,5", "Schön: ja; nein"), "b": ("3", "x\ny"), "c": ("", "")}
    for row in rows:
        row["score"], row["comment"] = typed[row["key"]]
    random.shuffle(rows)
    names = random.sample(list(rows[0]), len(rows[0]))
    rows = [{name.upper(): row[name] for name in names} | {"Grader": "me"} for row in rows]
    rows.append({"STUDENT": "sum", "SCORE": "7,5"})
    save(out, rows, separator, encoding, end)
    for _ in range(2):  # and once more, from what was written then
        gradebook.write(out, course, results)
        kept = rows_of(out)
        assert {row["key"]: (row["score"], row["comment"]) for row in kept[:3]} == typed
        assert (kept[3]["student"], kept[3]["score"]) == ("sum", "7,5")
        assert {row["grader"] for row in kept[:3]} == {"me"}
        assert points(out) == {"a": "4.5", "b": "3", "c": "0"}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("many", "the score 'many' is not a number from 0 to 5."),
        ("4. Mai", "the score '4. Mai' is not a number from 0 to 5."),
        ("-1", "the score '-1' is not a number from 0 to 5."),
        ("nan", "the score 'nan' is not a number from 0 to 5."),
        ("1e9", "the score '1e9' is not a number from 0 to 5."),
        ("5.01", "the score 5.01 is more than the 5 points possible."),
        ("9" * 400, "is more than the 5 points possible."),
    ],
)
def test_a_score_that_is_none_is_kept_named_and_not_counted(
    course: Course, out: Path, typed: str, told: str
) -> None:
    results = [student("a"), student("b")]
    gradebook.write(out, course, results)
    rows = rows_of(out)
    rows[1]["score"] = typed
    save(out, rows)
    sentences = gradebook.write(out, course, results)
    found = [text for text in sentences if text.startswith("manual.csv, row 3 (Student b, ")]
    assert len(found) == 1
    assert found[0].endswith(told)
    assert rows_of(out)[1]["score"] == typed
    assert rows_of(out)[1]["remark"].startswith("Not counted: the score ")
    assert points(out)["b"] == "0"


@pytest.mark.parametrize("seen", [{"remark": ""}, {"score": "3"}])
def test_a_score_stays_when_the_answer_changes_until_somebody_looks(
    course: Course, out: Path, seen: dict[str, str]
) -> None:
    gradebook.write(out, course, [student("a", "old")])
    rows = rows_of(out)
    rows[0]["score"] = "4"
    save(out, rows)
    assert "changed" not in " ".join(gradebook.write(out, course, [student("a", " old\n")]))
    for _ in range(2):
        told = gradebook.write(out, course, [student("a", "new")])
        assert told[-1].endswith("the answer changed after it was scored 4.")
        assert rows_of(out)[0]["remark"].startswith("The answer changed after it was scored 4.")
        assert points(out) == {"a": "4"}
    save(out, [rows_of(out)[0] | seen])
    assert "changed" not in " ".join(gradebook.write(out, course, [student("a", "new")]))
    assert rows_of(out)[0]["remark"] == ""
    assert "changed" in gradebook.write(out, course, [student("a", "newer")])[-1]


def test_scores_of_students_who_left_are_kept_and_count_again(course: Course, out: Path) -> None:
    both = [student("a"), student("b")]
    gradebook.write(out, course, both)
    rows = rows_of(out)
    rows[0]["score"], rows[1]["comment"] = "2", "see me"
    save(out, rows)
    for _ in range(2):
        gradebook.write(out, course, [student("c")])
        kept = {row["key"]: row for row in rows_of(out)}
        assert list(kept) == ["c", "a", "b"]
        assert (kept["a"]["score"], kept["b"]["comment"]) == ("2", "see me")
        assert kept["a"]["remark"].startswith("No such student or question")
    gradebook.write(out, course, both)
    assert points(out) == {"a": "2", "b": "0"}
    assert [row["key"] for row in rows_of(out)] == ["a", "b"]  # c had nothing to lose


def test_a_row_that_is_there_twice_counts_once_and_stays(course: Course, out: Path) -> None:
    gradebook.write(out, course, [student("a")])
    row = rows_of(out)[0]
    save(out, [row | {"score": "2"}, row | {"score": "5"}])
    gradebook.write(out, course, [student("a")])
    assert points(out) == {"a": "2"}
    assert [row["score"] for row in rows_of(out)] == ["2", "5"]
    assert rows_of(out)[1]["remark"].startswith("A second row for the same answer")


def test_a_key_that_a_spreadsheet_took_for_a_number_is_found_by_name(
    course: Course, out: Path
) -> None:
    gradebook.write(out, course, [student("007")])
    save(out, [rows_of(out)[0] | {"key": "7", "score": "4"}])
    gradebook.write(out, course, [student("007")])
    assert points(out) == {"007": "4"}
    assert [row["key"] for row in rows_of(out)] == ["007"]


def test_the_id_of_an_answer_is_no_number_to_any_spreadsheet(course: Course, out: Path) -> None:
    results = [student(str(i), f"answer {i}") for i in range(300)]
    gradebook.write(out, course, results)
    assert all(row["answer id"].startswith("a-") for row in rows_of(out))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"PK\x03\x04 a workbook"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes().replace(b"score", b"mark")),
        lambda path: path.write_bytes(path.read_bytes() + b'"open'),
        lambda path: path.write_bytes(b"\0" * 50),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_a_sheet_that_cannot_be_understood_is_never_written_over(
    course: Course, out: Path, spoil: Callable[[Path], object]
) -> None:
    gradebook.write(out, course, [student("a")])
    spoil(out / "manual.csv")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="manual"):
        gradebook.write(out, course, [student("a", "other"), student("b")])
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_and_names_keep_their_row_and_their_score(
    course: Course, out: Path, text: str
) -> None:
    results = [hostile_student(course, 1, text), student("a")]
    gradebook.write(out, course, results)
    rows = rows_of(out)
    assert len(rows) == 2
    for row in rows:
        row["score"] = "1"
    save(out, rows, ";")
    gradebook.write(out, course, results)
    assert points(out) == {"a": "1", "hostile-1": "1"}
    assert not any(row["remark"] for row in rows_of(out))
    assert max(len(cell) for row in rows_of(out) for cell in row.values()) < 32_767


def test_an_empty_sheet_is_what_a_first_run_reads(tmp_path: Path) -> None:
    assert manual.read(tmp_path / "manual.csv").table is None
