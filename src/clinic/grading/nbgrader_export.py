"""``clinic export nbgrader``: the lessons as the source assignments of an nbgrader course.

One assignment per lesson, named like it. An exercise becomes a solution cell, and a locked cell
after it carries its points; what that cell hides is one call of the engine, so that there is no
check that nbgrader's feedback could show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clinic.catalog import Course, Rule
from clinic.cells import Cell, Notebook, dump_notebook, read_notebook
from clinic.errors import CourseError
from clinic.grading.platforms import chosen_rules, fill_folder

CHECK = "check-"
"""What the grade id of a cell that carries the points of a rule begins with."""

_ANSWER = re.compile(r"\s*<!-- answer: ([\w-]+) -->")

_CHECK_SOURCE = """\
# The points of {rule}: they come when your notebook is graded. Here is nothing to run.
### BEGIN HIDDEN TESTS
from clinic.grading.nbgrader_cell import points

points("{rule}")
### END HIDDEN TESTS"""


def export_nbgrader(
    course: Course,
    out: Path,
    notebooks: Iterable[str] = (),
    rules: Iterable[str] = (),
    *,
    sandboxed: bool = True,
) -> list[str]:
    """Write an nbgrader course folder to ``out``; return the names of its assignments.

    Raises UsageError for an unknown notebook or rule, in a course without checks, and where
    ``out`` holds something; MachineError when it cannot be written.
    """
    chosen = chosen_rules(course, notebooks, rules)
    by_notebook: dict[str, list[Rule]] = {}
    for rule in chosen:
        by_notebook.setdefault(rule.notebook, []).append(rule)

    def write(folder: Path) -> None:
        for name, its_rules in by_notebook.items():
            lesson = read_notebook(course.notebooks / name)
            target = folder / "source" / lesson.path.stem / name
            target.parent.mkdir(parents=True)
            target.write_text(dump_notebook(assignment(lesson, its_rules)), "utf-8")
        text = _config(course.root, sandboxed)
        (folder / "nbgrader_config.py").write_text(text, "utf-8")

    fill_folder(out, write)
    return [Path(name).stem for name in by_notebook]


def assignment(lesson: Notebook, rules: Sequence[Rule]) -> Notebook:
    """Return the lesson with nbgrader's metadata and a locked cell for each of ``rules``.

    Exercises have the text that was shipped, and no cell has outputs.

    Raises CourseError when an exercise is not in the lesson.
    """
    cells = [_blank(cell) for cell in lesson.cells]
    points = {cell.clinic["question"]: cell.clinic["points"] for cell in cells if _asks(cell)}
    cells = [_answer(cell, points) for cell in cells]
    for rule in rules:
        cells = list(_with_check(cells, rule))
    return Notebook(tuple(cells), lesson.metadata)


def _blank(cell: Cell) -> Cell:
    return replace(cell, outputs=(), execution_count=None)


def _asks(cell: Cell) -> bool:
    return isinstance(cell.clinic.get("question"), str) and "points" in cell.clinic


def _answer(cell: Cell, points: Mapping[str, int]) -> Cell:
    """Return the cell for a free answer as one that a person grades."""
    found = _ANSWER.match(cell.source) if cell.kind == "markdown" else None
    if found is None or found[1] not in points:
        return cell
    own = _nbgrader(f"answer-{found[1]}", grade=True, solution=True, points=points[found[1]])
    return replace(cell, metadata=dict(cell.metadata) | own)


def _with_check(cells: Sequence[Cell], rule: Rule) -> Iterator[Cell]:
    exercise = next((i for i, cell in enumerate(cells) if _is_exercise(cell, rule.id)), None)
    if exercise is None:
        raise CourseError(f"notebooks/{rule.notebook} has no exercise cell of {rule.id}.")
    last = _verify_after(cells, exercise, rule.id)
    own = _nbgrader(f"exercise-{rule.id}", grade=False, solution=True)
    for place, cell in enumerate(cells):
        if place == exercise:
            yield replace(cell, source=rule.original, metadata=dict(cell.metadata) | own)
        else:
            yield cell
        if place == last:
            yield _check_cell(rule)


def _verify_after(cells: Sequence[Cell], exercise: int, rule: str) -> int:
    """Return where the exercise's verify cell is; the exercise's own place when it has none."""
    call = re.compile(rf"\s*verify\(\s*['\"]{re.escape(rule)}['\"]")
    for place in range(exercise + 1, len(cells)):
        if cells[place].kind == "code" and call.match(cells[place].source):
            return place
    return exercise


def _is_exercise(cell: Cell, rule: str) -> bool:
    return cell.kind == "code" and cell.clinic.get("rule") == rule


def _check_cell(rule: Rule) -> Cell:
    grade_id = f"{CHECK}{rule.id}"
    return Cell(
        kind="code",
        source=_CHECK_SOURCE.format(rule=rule.id),
        id=grade_id[:64],
        metadata=_nbgrader(grade_id, grade=True, solution=False, points=rule.points),
    )


def _nbgrader(
    grade_id: str, *, grade: bool, solution: bool, points: int | None = None
) -> dict[str, Any]:
    """Return the metadata of nbgrader's schema 3."""
    row: dict[str, Any] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade and not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": row if points is None else row | {"points": points}}


def _config(course: Path, sandboxed: bool) -> str:
    return _CONFIG.replace("{course}", repr(str(course))).replace("{sandboxed}", str(sandboxed))


_CONFIG = """\
# nbgrader's settings for this course, written by `clinic export nbgrader`. If you have a
# nbgrader_config.py of your own, take these lines over: without them nbgrader empties the
# exercise cells and runs the code of students without any protection.
import os

c = get_config()  # noqa: F821

# Where the course lies whose tests/checks judge. It must be on the machine that grades.
os.environ.setdefault("CLINIC_COURSE", {course})

# Exercises are handed out as they are: what is in them is no answer but the broken app.
c.ClearSolutions.enabled = False

# A cell with points that a student deleted comes back, and of one that was copied the last counts.
c.OverwriteCells.add_missing_cells = True
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "clinic.grading.nbgrader_judge.MendMetadata",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "clinic.grading.nbgrader_judge.MendMetadata",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# nbgrader would run each notebook, with your rights, in one kernel with the tests. JudgeExercises,
# in the place of nbgrader's Execute, reads the exercises, judges them from outside and writes the
# points where nbgrader looks for them. Nothing else of a notebook runs.
c.Autograde.autograde_preprocessors = [
    "clinic.grading.nbgrader_judge.JudgeExercises",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# In a sandbox, which needs bubblewrap (`clinic doctor`); False trusts the students' code.
c.JudgeExercises.sandboxed = {sandboxed}

# Without the list above the notebooks run as nbgrader does it, and these cells take their time.
c.Execute.timeout = 300
"""
