"""``manual.csv``: the free answers, and the scores and comments that a person gives them.

The file belongs to the person who fills it in. What stands in the columns ``score`` and
``comment`` is never changed or dropped, whatever becomes of the class, the course or the answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic.catalog import Course, Question
from clinic.grading.results import StudentResult
from clinic.grading.tables import (
    BOM,
    Row,
    Table,
    cell,
    cell_of_lines,
    read_table,
    unguarded,
    written,
)
from clinic.grading.texts import NAME, line, number

FILE = "manual.csv"

COLUMNS = (
    "student",
    "key",
    "category",
    "question",
    "answer",
    "points possible",
    "score",
    "comment",
    "remark",
    "answer id",
)
"""``remark`` is ours and says what to look at; ``answer id`` tells whether the answer changed."""

_NEEDED = ("key", "category", "score")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+")
_LEFT_OVER = "No such student or question in the last run; kept, but it counts nowhere."
_TWICE = "A second row for the same answer; kept, but only the other one counts."


@dataclass(frozen=True, slots=True)
class Scored:
    """One answer, and what a person gave for it; ``score`` is None while nobody did.

    ``typed`` is the cell as it is in the file, ``fault`` says why it is no score. ``changed``
    tells that the answer is another one than the person read.
    """

    question: Question
    answer: str
    score: float | None = None
    comment: str = ""
    typed: str = ""
    fault: str = ""
    changed: bool = False

    @property
    def waiting(self) -> bool:
        """Tell whether a person has yet to score it; an empty answer needs no score."""
        return self.score is None and bool(self.answer.strip() or self.fault)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a person left in ``manual.csv``; no table where there is no file yet."""

    path: Path
    table: Table | None = None

    def scores(
        self, course: Course, results: Sequence[StudentResult]
    ) -> dict[str, tuple[Scored, ...]]:
        """Return key of the student to the answers in the order of the lessons."""
        rows = self._rows(results)
        return {
            result.key: tuple(
                self._scored(question, result, rows.get((result.key, question.category)))
                for question in course.questions
            )
            for result in results
        }

    def text(
        self, results: Sequence[StudentResult], scores: Mapping[str, Sequence[Scored]]
    ) -> str:
        """Return the new content: a row for each answer, then what belongs to none of them."""
        own = self.table.columns if self.table else ()
        more = [column for column in own if column not in COLUMNS]
        rows = self._rows(results)
        found = [
            (result, scored, rows.get((result.key, scored.question.category)))
            for result in results
            for scored in scores[result.key]
        ]
        used = {row.number for _, _, row in found if row is not None}
        rest = [_kept(row, [*COLUMNS, *more], rows) for row in self._left_over(used)]
        lines = [_line(result, scored, row, more) for result, scored, row in found]
        return BOM + written([[*COLUMNS, *map(cell, more)], *lines, *rest])

    def _left_over(self, used: set[int]) -> Iterator[Row]:
        """Yield the rows that the person wrote or wrote in, and that belong to no answer."""
        for row in self.table.rows if self.table else ():
            ours = bool(row["key"] and row["answer id"])
            if row.number not in used and not (ours and not row["score"] and not row["comment"]):
                yield row

    def _rows(self, results: Sequence[StudentResult]) -> dict[tuple[str, str], Row]:
        """Return the row of each key and category; of several, the first with a score counts."""
        names = _keys_by_name(results)
        keys = {result.key for result in results}
        found: dict[tuple[str, str], Row] = {}
        for row in self.table.rows if self.table else ():
            key = unguarded(row["key"])
            if key not in keys:  # a spreadsheet makes 7 of 007
                key = names.get(_name(unguarded(row["student"])), key)
            place = (key, unguarded(row["category"]))
            if place not in found or (row["score"] and not found[place]["score"]):
                found[place] = row
        return found

    def _scored(self, question: Question, result: StudentResult, row: Row | None) -> Scored:
        answer = result.answers.get(question.category, "")
        if row is None:
            return Scored(question, answer)
        typed = row["score"]
        score, fault = _score(typed, question.points)
        changed = bool(typed) and _changed(row, answer)
        return Scored(question, answer, score, row["comment"], typed, fault, changed)


def sentences(
    results: Sequence[StudentResult], scores: Mapping[str, Sequence[Scored]]
) -> list[str]:
    """Return what is wrong in the file, each with the row that :meth:`Sheet.text` gives it."""
    rows = [(result, scored) for result in results for scored in scores[result.key]]
    return [
        f"{FILE}, row {number} ({line(result.student, NAME)}, {scored.question.category}): "
        + (scored.fault or f"the answer changed after it was scored {line(scored.typed, 40)}.")
        for number, (result, scored) in enumerate(rows, start=2)
        if scored.fault or scored.changed
    ]


def read(path: Path) -> Sheet:
    """Return what the file holds; an empty sheet where there is none yet.

    Raises:
        UsageError: it cannot be read, so that nobody may overwrite it.
    """
    if not path.exists():
        return Sheet(path)
    return Sheet(path, read_table(path, _NEEDED))


def _score(typed: str, most: int) -> tuple[float | None, str]:
    """Return the score, or a sentence that says why the cell is none."""
    if not typed:
        return None, ""
    if not _NUMBER.fullmatch(typed):
        return None, f"the score {line(typed, 40)!r} is not a number from 0 to {most}."
    score = round(float(typed.replace(",", ".")), 2)
    if score > most:
        return None, f"the score {number(score)} is more than the {most} points possible."
    return score, ""


def _changed(row: Row, answer: str) -> bool:
    shown = row["answer id"]
    if row["remark"] == _changed_remark(row["score"]):
        return True  # nobody has cleared the remark or given another score
    return bool(shown) and shown != _answer_id(answer)


def _changed_remark(typed: str) -> str:
    return (
        f"The answer changed after it was scored {line(typed, 40)}. Read it again; give another "
        "score, or clear this cell."
    )


def _answer_id(answer: str) -> str:
    """Return a short hash that no spreadsheet takes for a number, as it would ``12e4``."""
    tidy = " ".join(answer.split())
    return f"a-{hashlib.sha256(tidy.encode('utf-8', 'replace')).hexdigest()[:10]}"


def _line(
    result: StudentResult, scored: Scored, row: Row | None, more: Iterable[str]
) -> list[str]:
    question = scored.question
    remark = _changed_remark(scored.typed) if scored.changed else ""
    if scored.fault:
        remark = f"Not counted: {scored.fault}"
    return [
        cell(result.student, NAME),
        cell(result.key),
        cell(question.category),
        cell_of_lines(question.text),
        cell_of_lines(scored.answer),
        str(question.points),
        scored.typed,
        scored.comment,
        remark,
        _answer_id(scored.answer),
        *(row[column] if row else "" for column in more),
    ]


def _kept(row: Row, columns: Iterable[str], rows: Mapping[tuple[str, str], Row]) -> list[str]:
    place = (unguarded(row["key"]), unguarded(row["category"]))
    remark = _TWICE if place in rows and rows[place] is not row else _LEFT_OVER
    cells = {**row.cells, "remark": remark if row["key"] else row["remark"]}
    return [cells.get(column, "") for column in columns]


def _keys_by_name(results: Iterable[StudentResult]) -> dict[str, str]:
    """Return name to key, for names that one student alone has."""
    keys: dict[str, list[str]] = {}
    for result in results:
        keys.setdefault(_name(line(result.student, NAME)), []).append(result.key)
    return {name: found[0] for name, found in keys.items() if len(found) == 1}


def _name(text: str) -> str:
    return " ".join(text.casefold().split())
