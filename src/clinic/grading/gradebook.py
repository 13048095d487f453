"""Everything that people read of a graded class, written into one folder.

``gradebook.csv`` has the columns of Canvas and those of Moodle side by side. Both take it as it
is: Canvas ignores a column that says "(read only)" in the row "Points Possible", and Moodle picks
its columns by name and passes over rows without a participant. ``canvas.csv`` and ``moodle.csv``
hold no more than what changes one assignment's grade. Sources: ``lib/gradebook_importer.rb`` of
Canvas, ``mod/assign/feedback/offline/importgradeslib.php`` of Moodle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean

from clinic.catalog import Course
from clinic.errors import MachineError
from clinic.grading import feedback, manual, overview
from clinic.grading.lateness import Lateness
from clinic.grading.marks import Mark, marks
from clinic.grading.results import StudentResult, write_atomically
from clinic.grading.tables import BOM, cell, written
from clinic.grading.texts import NAME, counted, number

TITLE = "FastAPI Clinic"
"""What Canvas calls the column of ``canvas.csv``; it asks which assignment is meant."""

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_MOODLE = (
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum grade",
    "Grade can be changed",
    "Last modified (grade)",
)
_READ_ONLY = "(read only)"
# Canvas takes every row with these words in the first cell for the one that sets the maximum.
_POINTS_POSSIBLE = re.compile(r"points(?=\s+possible)", re.IGNORECASE)


def write(
    out: Path,
    course: Course,
    results: Sequence[StudentResult],
    late: Mapping[str, Lateness] | None = None,
) -> list[str]:
    """Write gradebook, class page, feedback and the sheet for manual scores into ``out``.

    ``late`` is what :func:`.lateness.read` returned. Scores that a person filled in are merged
    and kept. Return sentences for the terminal: what there is, and what wants a look.

    Raises:
        UsageError: ``manual.csv`` cannot be understood; then nothing is written at all.
        MachineError: a file cannot be written.
    """
    sheet = manual.read(out / manual.FILE)
    scores = sheet.scores(course, results)
    found, misfits = marks(results, scores, late or {})
    ordered = [mark.result for mark in found]
    if course.questions or sheet.table:
        _write(out / manual.FILE, sheet.text(ordered, scores))
    for mark in found:
        path = out / "feedback" / f"{mark.result.key}.html"
        _write(path, feedback.write(course, mark), lasting=False)
    _write(out / "gradebook.csv", BOM + written(_gradebook(course, found)))
    _write_uploads(out, found)
    wrong = [*manual.sentences(ordered, scores), *misfits]
    _write(out / "index.html", overview.write(course, found, wrong))
    return [*_summary(out, found), *wrong]


def _write(path: Path, text: str, *, lasting: bool = True) -> None:
    """Write the file, unless that is what it holds already."""
    try:
        if path.read_bytes() == text.encode("utf-8", "replace"):
            return
    except OSError:
        pass  # absent or unreadable; writing tells
    write_atomically(path, text, lasting=lasting)


def _write_uploads(out: Path, found: Sequence[Mark]) -> None:
    """Write what each platform takes, where a student is known to it; else remove an old one."""
    for name, rows in (("canvas.csv", _canvas(found)), ("moodle.csv", _moodle(found))):
        if rows:
            # Without the mark that Excel needs: these are read by programs, as they are.
            _write(out / name, written(rows))
            continue
        try:
            (out / name).unlink(missing_ok=True)
        except OSError as error:
            raise MachineError(f"{out / name} cannot be removed: {error.strerror}.") from error


def _summary(out: Path, found: Sequence[Mark]) -> list[str]:
    if not found:
        return [f"Nobody is graded yet; {out / 'gradebook.csv'} is empty."]
    middle = number(mean(mark.total for mark in found))
    most = max(mark.possible for mark in found)
    sentences = [
        f"{counted(len(found), 'student')}, mean {middle} of {most} points: "
        f"{out / 'index.html'} and {out / 'gradebook.csv'}."
    ]
    untold = [mark for mark in found if mark.untold]
    if untold:
        exercises = counted(sum(len(mark.untold) for mark in untold), "exercise")
        sentences.append(
            f"{exercises} of {counted(len(untold), 'student')} could not be judged; index.html "
            "lists them."
        )
    if waiting := sum(len(mark.waiting) for mark in found):
        verb = "waits" if waiting == 1 else "wait"
        sentences.append(
            f"{counted(waiting, 'answer')} {verb} for a score in {out / manual.FILE}; fill it in "
            "and grade again."
        )
    return sentences


def _gradebook(course: Course, found: Sequence[Mark]) -> Iterable[Sequence[str]]:
    rules = _rules(course, found)
    questions = course.questions
    numbers = [
        *(f"{title} ({rule})" for rule, (title, _) in rules.items()),
        *(f"Answer: {question.category}" for question in questions),
        "Automatic points",
        "Manual points",
        "Total",
    ]
    others = ("Late", "Penalty", "Could not tell", "Sandboxed", "Key", *_MOODLE)
    automatic = sum(possible for _, possible in rules.values())
    by_person = sum(question.points for question in questions)
    possible = [
        *(possible for _, possible in rules.values()),
        *(question.points for question in questions),
        automatic,
        by_person,
        automatic + by_person,
    ]
    yield [*_CANVAS, *map(cell, numbers), *others]
    yield ["    Points Possible", "", "", "", "", *map(str, possible), *[_READ_ONLY] * len(others)]
    for mark in found:
        yield [*_canvas_student(mark), *_numbers(mark, rules), *_others(mark), *_moodle_row(mark)]


def _rules(course: Course, found: Iterable[Mark]) -> dict[str, tuple[str, int]]:
    """Return rule id to title and points of every rule that was judged, in order."""
    possible: dict[str, int] = {}
    for result in (rule for mark in found for rule in mark.result.rules):
        rule = result.verdict.rule
        possible[rule] = max(possible.get(rule, 0), result.possible)
    titles = {rule.id: rule.title for rule in course.rules if rule.id in possible}
    titles |= {rule: rule for rule in sorted(set(possible) - set(titles))}
    return {rule: (title, possible[rule]) for rule, title in titles.items()}


def _numbers(mark: Mark, rules: Iterable[str]) -> list[str]:
    points = {rule.verdict.rule: rule.points for rule in mark.result.rules}
    earned = [number(points[rule]) if rule in points else "" for rule in rules]
    answers = ["" if s.waiting else number(s.score or 0.0) for s in mark.scores]
    sums = [mark.automatic, mark.manual, mark.total]
    return [*earned, *answers, *map(number, sums)]


def _others(mark: Mark) -> list[str]:
    late = {True: "yes", False: "no", None: ""}[mark.late]
    sandboxed = "yes" if mark.result.sandboxed else "no"
    key = cell(mark.result.key)
    return [late, number(mark.penalty), str(len(mark.untold)), sandboxed, key]


def _canvas(found: Sequence[Mark]) -> list[Sequence[str]]:
    if not any(_known_to_canvas(mark) for mark in found):
        return []
    most = max(mark.possible for mark in found)
    head = [[*_CANVAS, TITLE], ["    Points Possible", "", "", "", "", str(most)]]
    return [*head, *([*_canvas_student(mark), number(mark.total)] for mark in found)]


def _known_to_canvas(mark: Mark) -> bool:
    return any(_canvas_student(mark)[1:4])


def _canvas_student(mark: Mark) -> list[str]:
    ids = mark.result.ids
    student = _POINTS_POSSIBLE.sub("Points-", cell(mark.result.student, NAME))
    return [
        student,
        _digits(ids.get("canvas", "")),
        cell(ids.get("sis_user_id", ""), NAME),
        cell(ids.get("sis_login_id", ""), NAME),
        cell(ids.get("section", ""), NAME),
    ]


def _moodle(found: Sequence[Mark]) -> list[Sequence[str]]:
    rows = [row for mark in found if (row := _moodle_row(mark))[0]]
    return [_MOODLE, *rows] if rows else []


def _moodle_row(mark: Mark) -> list[str]:
    """Return the cells of an offline grading worksheet; Moodle finds the student by the first.

    "-" as the time of the last change keeps a grade that somebody changed in Moodle meanwhile.
    """
    ids = mark.result.ids
    participant = _digits(ids.get("moodle", "").removeprefix("Participant "))
    return [
        participant and f"Participant {participant}",
        cell(mark.result.student, NAME),
        cell(ids.get("email", ""), NAME),
        "Submitted for grading",
        number(mark.total),
        str(mark.possible),
        "Yes",
        "-",
    ]


def _digits(text: str) -> str:
    """Return an id that is one: these come from the names of files that students upload."""
    return text if re.fullmatch(r"[0-9]{1,18}", text) else ""
