"""The nbgrader export, and what nbgrader itself makes of it: release, autograde, feedback.

The pipelines run once per module; their tests stay on one worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from pair_course import (
    ANSWER,
    FACTS,
    HALF,
    NOTEBOOK,
    SECRET,
    SHIPPED,
    SINGLE,
    STEM,
    WHOLE,
    WRONG,
    copied,
    graded_cell,
    save,
    with_sources,
    write_pair_course,
)

from clinic.catalog import Course, lesson_paths, load_course
from clinic.cells import read_notebook
from clinic.cli import main
from clinic.errors import UsageError
from clinic.grading.nbgrader_export import assignment, export_nbgrader

ROOT = Path(__file__).resolve().parents[2]

FORGED = """import clinic.grading.nbgrader_cell as cell
import clinic.grading.results as results

cell.points = lambda rule: 10.0
results.credit = lambda *_: 10.0
"""
QUIET = 'get_ipython().ast_node_interactivity = "none"'
PATCHED = """import httpx
import clinic.grading.results as results
import clinic.nbval_run as judging
from clinic.verdict import Outcome, Verdict

httpx.Response.text = property(lambda self: "1")
results.credit = lambda *_: 10.0
judging.Judge.run = lambda *_: [Verdict("pair", Outcome.REPAIRED)]
"""

SCORES = """import json, sys
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps([
        [s.student.id, g.name, g.auto_score, g.max_score, g.needs_manual_grade]
        for s in book.assignment_submissions(sys.argv[1]) for n in s.notebooks for g in n.grades
    ]))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return the course that is exported."""
    return write_pair_course(tmp_path_factory.mktemp("pair") / "course")


def run(folder: Path, *command: str) -> str:
    """Run nbgrader's own command, or Python, in a course folder as an instructor does."""
    names = ("CLINIC_", "PYTEST_", "PYTHONDONTWRITEBYTECODE", "NBGRADER_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader's alembic
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=kept | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


Scores = dict[tuple[str, str], tuple[float | None, float, bool]]
"""(Student, cell) to (score, points, whether a person has to look)."""


def scores(folder: Path) -> Scores:
    """Return what stands in nbgrader's gradebook."""
    rows = json.loads(run(folder, "-c", SCORES, STEM))
    return {(student, cell): tuple(rest) for student, cell, *rest in rows}


def released(out: Path) -> Path:
    """Make the release of an export and return its notebook."""
    run(out, "-m", "nbgrader", "generate_assignment", STEM)
    return out / "release" / STEM / NOTEBOOK


def submit(out: Path, student: str, **sources: str) -> tuple[dict[str, Any], Path]:
    """Hand in the released notebook with these exercises; return it and where it lies."""
    target = out / "submitted" / student / STEM / NOTEBOOK
    release = out / "release" / STEM / NOTEBOOK
    return with_sources(release, target, **sources), target


# -- nbgrader with the exported configuration ----------------------------------------------------


@pytest.fixture(scope="module")
def graded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an nbgrader course in which a class was released, handed in, graded and told."""
    out = tmp_path_factory.mktemp("judged") / "course"
    export_nbgrader(course, out)
    released(out)
    submit(out, "shipped")
    submit(out, "syntax", pair=WHOLE + "\n)", single=SINGLE)
    half, place = submit(out, "half", pair=HALF)
    graded_cell(half, f"answer-{STEM}")["source"] = f"{ANSWER}\nBecause."
    save(half, place)
    mangled, place = submit(out, "mangled", pair=WHOLE, single=SINGLE)
    _mangle(mangled)
    save(mangled, place)
    forger, place = submit(out, "forger", pair=WRONG)
    _forge(forger)
    save(forger, place)
    run(out, "-m", "nbgrader", "autograde", STEM)
    run(out, "-m", "nbgrader", "generate_feedback", STEM)
    return out


def _mangle(document: dict[str, Any]) -> None:
    """Delete one cell with points, copy the other and an exercise, and spoil the metadata."""
    document["cells"].append(copied(graded_cell(document, "check-pair")))
    document["cells"].append(copied(graded_cell(document, "exercise-pair")))
    document["cells"].remove(graded_cell(document, "check-single"))
    document["cells"][0]["metadata"]["nbgrader"] = "mine"
    document["cells"][1]["metadata"]["nbgrader"] = {"grade": True, "grade_id": "more"}


def _forge(document: dict[str, Any]) -> None:
    """Patch the engine, take more points, and write full marks where nbgrader looks."""
    document["cells"][1]["source"] = FORGED
    cell = graded_cell(document, "check-pair")
    cell["metadata"]["nbgrader"]["points"] = 1000
    cell["source"] = "1000.0"
    row = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
    cell["outputs"] = [row | {"data": {"text/plain": "1000.0"}}]


@pytest.fixture(scope="module")
def marks(graded: Path) -> Scores:
    """Return the gradebook of that course."""
    return scores(graded)


pipeline = pytest.mark.xdist_group("nbgrader")


@pipeline
@pytest.mark.parametrize(
    ("student", "pair", "single"),
    [
        ("shipped", 0.0, 0.0),
        ("syntax", 0.0, 4.0),
        ("half", 5.0, 0.0),
        ("mangled", 10.0, 4.0),
        ("forger", 0.0, 0.0),
    ],
)
def test_nbgrader_has_the_honest_score(
    marks: Scores, student: str, pair: float, single: float
) -> None:
    assert marks[student, "check-pair"] == (pair, 10.0, False)
    assert marks[student, "check-single"] == (single, 4.0, False)


@pipeline
def test_a_person_grades_an_answer_that_was_given(marks: Scores) -> None:
    assert marks["half", f"answer-{STEM}"] == (None, 5.0, True)
    assert marks["shipped", f"answer-{STEM}"] == (0.0, 5.0, False)


@pipeline
def test_the_release_has_no_test_and_the_shipped_exercises(graded: Path) -> None:
    path = graded / "release" / STEM / NOTEBOOK
    text = path.read_text("utf-8")
    for hidden in ("HIDDEN", "nbgrader_cell", SECRET, "an output of the author", FACTS[1]):
        assert hidden not in text
    sources = {cell.clinic.get("rule"): cell.source for cell in read_notebook(path).cells}
    assert sources["pair"] == SHIPPED.format(rule="pair")
    assert ANSWER in [cell.source for cell in read_notebook(path).cells]


@pipeline
def test_the_feedback_has_the_points_and_the_reason_and_no_check(graded: Path) -> None:
    page = (graded / "feedback" / "half" / STEM / f"{STEM}.html").read_text("utf-8")
    assert "pair: not yet (5 of 10 points)" in page
    assert f"no   {FACTS[1]}" in page
    assert "seen: GET /second answered 7." in page
    assert "next: look at /second." in page
    assert SECRET not in page


# -- nbgrader as it runs notebooks itself --------------------------------------------------------


@pytest.fixture(scope="module")
def executed(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an nbgrader course whose notebooks ran in a kernel, with the cells that call us."""
    out = tmp_path_factory.mktemp("executed") / "course"
    export_nbgrader(course, out)
    with (out / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('c.Autograde.autograde_preprocessors[0] = "nbgrader.preprocessors.Execute"\n')
    released(out)
    submit(out, "half", pair=HALF)
    for student, first in (("quiet", QUIET), ("patched", PATCHED)):
        document, place = submit(out, student, pair=WRONG)
        document["cells"][1]["source"] = f"{document['cells'][1]['source'][0]}\n{first}"
        save(document, place)
    run(out, "-m", "nbgrader", "autograde", STEM)
    return out


executing = pytest.mark.xdist_group("nbgrader-execute")


@executing
def test_the_hidden_cell_gives_the_points(executed: Path) -> None:
    found = scores(executed)
    expected = {"half": 5.0, "quiet": 0.0, "patched": 0.0}
    assert {student: found[student, "check-pair"][0] for student in expected} == expected
    assert {found[student, "check-single"] for student in expected} == {(0.0, 4.0, False)}


@executing
def test_the_hidden_cell_says_why(executed: Path) -> None:
    text = (executed / "autograded" / "half" / STEM / NOTEBOOK).read_text("utf-8")
    assert "pair: not yet (5 of 10 points)" in text
    assert "seen: GET /second answered 7." in text
    assert "nbgrader is grading this notebook" in text  # what verify said, and no more
    assert not (executed.parent / "progress.json").exists()


# -- the export alone ----------------------------------------------------------------------------


LESSONS = [path.name for path in lesson_paths(ROOT / "notebooks")]


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_what_nbgrader_accepts(name: str) -> None:
    course = load_course(ROOT)
    rules = [rule for rule in course.rules if rule.notebook == name]
    made = assignment(read_notebook(course.notebooks / name), rules)
    cells = [
        {"cell_type": cell.kind, "metadata": dict(cell.metadata), "source": cell.source}
        for cell in made.cells
    ]
    document: Any = nbformat.from_dict({"cells": cells})  # type: ignore[no-untyped-call]
    MetadataValidator().validate_nb(document)
    own = [cell.metadata["nbgrader"] for cell in made.cells if "nbgrader" in cell.metadata]
    points = {row["grade_id"]: row["points"] for row in own if row["locked"]}
    assert points == {f"check-{rule.id}": rule.points for rule in rules}
    assert {f"exercise-{rule.id}" for rule in rules} <= {row["grade_id"] for row in own}
    assert len({cell.id for cell in made.cells}) == len(made.cells)


@pytest.mark.parametrize("name", LESSONS)
def test_the_points_of_a_lesson_come_after_its_verify(name: str) -> None:
    course = load_course(ROOT)
    rules = [rule for rule in course.rules if rule.notebook == name]
    cells = assignment(read_notebook(course.notebooks / name), rules).cells
    for rule in rules:
        (place,) = [i for i, cell in enumerate(cells) if cell.id == f"check-{rule.id}"]
        assert cells[place - 1].source.startswith(f'verify("{rule.id}")')


def test_an_author_who_solved_the_exercise_exports_the_shipped_text(tmp_path: Path) -> None:
    course = write_pair_course(tmp_path / "course")
    lesson = course.notebooks / NOTEBOOK
    with_sources(lesson, lesson, pair=WHOLE)
    export_nbgrader(load_course(course.root), tmp_path / "out")
    text = (tmp_path / "out" / "source" / STEM / NOTEBOOK).read_text("utf-8")
    assert "/second" not in text


def test_a_choice_of_rules_gives_points_to_them_only(course: Course, tmp_path: Path) -> None:
    assert export_nbgrader(course, tmp_path / "out", rules=["single"]) == [STEM]
    text = (tmp_path / "out" / "source" / STEM / NOTEBOOK).read_text("utf-8")
    assert "check-single" in text
    assert "check-pair" not in text


@pytest.mark.parametrize(
    ("notebooks", "rules", "sentence"),
    [
        (["05_api"], [], "There is no notebook '05_api'. The notebooks are 00_start_here."),
        ([], ["pear"], "There is no rule 'pear'; did you mean 'pair'?"),
    ],
)
def test_an_unknown_choice_is_refused(
    course: Course, tmp_path: Path, notebooks: list[str], rules: list[str], sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        export_nbgrader(course, tmp_path / "out", notebooks, rules)
    assert sentence in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_a_folder_that_holds_something(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(course.root))
    kept = tmp_path / "work.txt"
    kept.write_text("mine")
    assert main(["export", "nbgrader", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told == f"clinic: {tmp_path} exists already. Name another place, or remove it first.\n"
    assert kept.read_text() == "mine"


def test_the_command_says_what_it_made_and_what_comes_next(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(course.root))
    out = tmp_path / "out"
    assert main(["export", "nbgrader", str(out), "--no-sandbox"]) == 0
    assert f"nbgrader generate_assignment {STEM}" in capsys.readouterr().out
    config = (out / "nbgrader_config.py").read_text("utf-8")
    assert "c.JudgeExercises.sandboxed = False" in config
    assert repr(str(course.root)) in config


def test_without_checks_there_is_nothing_to_export(tmp_path: Path) -> None:
    course = write_pair_course(tmp_path / "course")
    course.checks.rename(tmp_path / "checks")
    with pytest.raises(UsageError, match="without its checks"):
        export_nbgrader(course, tmp_path / "out")
