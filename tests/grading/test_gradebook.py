"""gradebook.csv, canvas.csv and moodle.csv, read as people, Canvas and Moodle read them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from graded_class import HOSTILE, graded_class, hostile_student, result, rule_result
from tiny_course import write_asking_course

from clinic.catalog import Course, load_course
from clinic.errors import MachineError
from clinic.grading import gradebook
from clinic.grading.lateness import Lateness
from clinic.verdict import Outcome


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return the tiny course with a question of 5 points."""
    write_asking_course(tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the folder of a grading run."""
    return tmp_path / "out"


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True))


def as_canvas_reads(path: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return points of each assignment, and grades by the Canvas id of the student.

    By the rules of Canvas's ``lib/gradebook_importer.rb``: five columns of the student, then
    assignments; "read only" in the row of points leaves a column out.
    """
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    assert "Student" in head[0]
    assert head[1:5] == ["ID", "SIS User ID", "SIS Login ID", "Section"]
    describing = [row for row in rows if "Points Possible" in row[0]]
    assert len(describing) == 1
    taken = [i for i in range(5, len(head)) if not re.search(r"read\s+only", describing[0][i])]
    students = [row for row in rows if row is not describing[0]]
    grades = {row[1]: {head[i]: row[i] for i in taken} for row in students}
    return {head[i]: describing[0][i] for i in taken}, grades


def as_moodle_reads(path: Path) -> dict[str, tuple[float, float]]:
    """Return grade and maximum by participant, by the rules of its offline worksheet."""
    head, *rows = table(path)
    person, grade, most = (head.index(n) for n in ("Identifier", "Grade", "Maximum grade"))
    assert head.count("Last modified (grade)") == 1
    found = [row for row in rows if row[person][len("Participant ") :].isdigit()]
    return {row[person]: (float(row[grade]), float(row[most])) for row in found}


def test_people_canvas_and_moodle_find_the_same_total(course: Course, out: Path) -> None:
    results = graded_class(course, 40, seed=0)
    late = {results[0].key: Lateness(1, 10)}
    gradebook.write(out, course, results, late)
    head, _, *rows = table(out / "gradebook.csv")
    totals = {row[head.index("ID")]: row[head.index("Total")] for row in rows}
    expected = {r.ids["canvas"]: r.points * (0.9 if r is results[0] else 1) for r in results}
    assert {key: float(total) for key, total in totals.items()} == pytest.approx(
        expected, abs=0.006
    )
    possible, grades = as_canvas_reads(out / "canvas.csv")
    assert possible == {"FastAPI Clinic": "30"}
    assert {key: row["FastAPI Clinic"] for key, row in grades.items()} == totals
    for name in ("moodle.csv", "gradebook.csv"):
        assert as_moodle_reads(out / name) == {
            f"Participant {result.ids['moodle']}": (float(totals[result.ids["canvas"]]), 30.0)
            for result in results
        }
    possible, grades = as_canvas_reads(out / "gradebook.csv")
    assert possible["Total"] == "30"
    assert "Penalty" not in possible
    assert {key: row["Total"] for key, row in grades.items()} == totals


def test_a_row_says_all_that_is_known(course: Course, out: Path) -> None:
    rules = [
        rule_result("second_rule", Outcome.NOT_YET, 6.67),
        rule_result("third_rule", Outcome.COULD_NOT_TELL),
    ]
    ada = result("Ada", "ada", rules, sandboxed=False, ids={"email": "ada@example.org"})
    told = gradebook.write(out, course, [ada], {"Ada": Lateness(1.5, 10)})
    head, possible, row = table(out / "gradebook.csv")
    named = dict(zip(head, row, strict=True))
    assert (
        named.items()
        >= {
            "Student": "Ada",
            "def or async def? (second_rule)": "6.67",
            "Dependencies (third_rule)": "0",
            "Answer: 01_async_concurrency": "0",
            "Automatic points": "6.67",
            "Manual points": "0",
            "Late": "yes",
            "Penalty": "0.67",
            "Total": "6",
            "Could not tell": "1",
            "Sandboxed": "no",
            "Key": "ada",
            "Email address": "ada@example.org",
            "Maximum grade": "25",
        }.items()
    )
    assert dict(zip(head, possible, strict=True))["Automatic points"] == "20"
    assert told[1] == "1 exercise of 1 student could not be judged; index.html lists them."


def test_excel_is_told_the_encoding_and_the_platforms_are_not(course: Course, out: Path) -> None:
    gradebook.write(out, course, graded_class(course, 3))
    starts = {path.name: path.read_bytes()[:3] for path in out.glob("*.csv")}
    assert starts["gradebook.csv"] == starts["manual.csv"] == b"\xef\xbb\xbf"
    assert starts["canvas.csv"] == b"Stu"
    assert starts["moodle.csv"] == b"Ide"


def test_files_for_a_platform_are_there_while_it_knows_somebody(course: Course, out: Path) -> None:
    gradebook.write(out, course, [result("Ada", "ada", ids={"canvas": "1", "moodle": "2"})])
    gradebook.write(out, course, [result("Ada", "ada", ids={"moodle": "2"})])
    assert not (out / "canvas.csv").exists()
    assert (out / "moodle.csv").exists()
    gradebook.write(out, course, [result("Ada", "ada")])
    assert not (out / "moodle.csv").exists()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_is_a_formula_and_no_student_sets_the_points(
    course: Course, out: Path, text: str, separator: str
) -> None:
    strange = hostile_student(course, 1, text)
    gradebook.write(out, course, [strange, result("Bo", "bo", ids={"canvas": "7"})])
    for path in out.glob("*.csv"):
        content = path.read_text("utf-8-sig")
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
            for cell in filter(lambda cell: cell != "-", row):
                assert not cell.lstrip(' \t\r\n"').startswith(("=", "+", "-", "@"))
    if (out / "canvas.csv").exists():
        assert as_canvas_reads(out / "canvas.csv")[0] == {"FastAPI Clinic": "35"}


def test_sentences_have_no_control_characters(course: Course, out: Path) -> None:
    results = [hostile_student(course, i, text) for i, text in enumerate(HOSTILE)]
    late = {text: Lateness(1) for text in HOSTILE}
    told = gradebook.write(out, course, results, late)
    assert len(told) > 3
    assert all(sentence.isprintable() for sentence in told)
    assert max(map(len, told)) < 2000


def test_writing_again_changes_no_file(course: Course, out: Path) -> None:
    results = graded_class(course, 5)
    gradebook.write(out, course, results)
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    gradebook.write(out, course, list(reversed(results)))
    assert before == {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}


def test_an_empty_class_and_a_changed_course_are_no_fault(course: Course, out: Path) -> None:
    assert gradebook.write(out, course, [])[0].startswith("Nobody is graded yet")
    gone = rule_result("no_such_rule", Outcome.REPAIRED, 10)
    gradebook.write(out, course, [result("Ada", "ada", [gone])])
    head, _, row = table(out / "gradebook.csv")
    assert row[head.index("no_such_rule (no_such_rule)")] == "10"


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(course: Course, out: Path) -> None:
    out.write_text("a file")
    with pytest.raises(MachineError, match="cannot be written"):
        gradebook.write(out, course, [result("Ada", "ada")])
