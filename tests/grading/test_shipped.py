"""Lessons as learners get them: what is put back, left out and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clinic.catalog import ANSWER_PLACEHOLDER, answer_mark
from clinic.cells import Cell, Notebook
from clinic.errors import UsageError
from clinic.grading.shipped import Shipped, as_shipped

ORIGINAL = "# exercise: a_rule\nbroken = True\n"
EXERCISE = Cell(
    "code",
    ORIGINAL,
    "a_rule",
    {"clinic": {"rule": "a_rule", "original": ORIGINAL.splitlines(keepends=True)}},
)
TITLE = Cell("markdown", "# Title", "title")
QUESTION = Cell("markdown", "Why?", "question", {"clinic": {"question": "01_x", "points": 5}})
EMPTY = f"{answer_mark('01_x')}\n\n{ANSWER_PLACEHOLDER}"
ANSWER = Cell("markdown", EMPTY, "answer")
LESSON = (TITLE, EXERCISE, QUESTION, ANSWER)
REPAIRED = "# exercise: a_rule\nbroken = False\n"
RANDOM = ("6f1c0f0e-9a54-4c8a-8a7e-0c1f5a1c2b3d", "3f2a91bc")


def shipped(*cells: Cell, beside: tuple[str, ...] = ("01_x.ipynb",)) -> Shipped:
    return as_shipped(Notebook(cells, {}, Path("notebooks/01_x.ipynb")), beside)


def test_an_untouched_lesson_is_shipped_as_it_is() -> None:
    result = shipped(*LESSON)
    assert result.notebook.cells == LESSON
    assert (result.restored, result.left_out) == ((), 0)


def test_exercises_and_answers_are_put_back() -> None:
    theirs = replace(ANSWER, source=f"{answer_mark('01_x')}\nBecause.")
    result = shipped(TITLE, replace(EXERCISE, source=REPAIRED), QUESTION, theirs)
    assert result.notebook.cells == LESSON
    assert result.restored == ("a_rule", "answer")


@pytest.mark.parametrize("source", ["Because.", f"{answer_mark('01_x')}\n![](attachment:a.png)"])
def test_an_answer_is_known_by_its_id_and_by_its_first_line(source: str) -> None:
    theirs = Cell("markdown", source, "answer", {}, attachments={"a.png": {}})
    if source.startswith("<!--"):
        theirs = replace(theirs, id="lost-its-id")
    cell = shipped(TITLE, QUESTION, theirs).notebook.cells[2]
    assert (cell.source, cell.attachments) == (EMPTY, {})


@pytest.mark.parametrize("cell_id", RANDOM)
@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_cells_that_somebody_added_are_left_out(kind: str, cell_id: str) -> None:
    result = shipped(*LESSON, Cell(kind, "the answer", cell_id))
    assert result.notebook.cells == LESSON
    assert result.left_out == 1


@pytest.mark.parametrize("metadata", [{}, EXERCISE.metadata])
@pytest.mark.parametrize("cell_id", [*RANDOM, "a_rule-2", ""])
def test_of_copies_of_an_exercise_the_first_is_shipped(
    cell_id: str, metadata: dict[str, Any]
) -> None:
    copy = Cell("code", REPAIRED, cell_id, metadata)
    result = shipped(*LESSON, copy)
    assert result.notebook.cells == LESSON
    assert result.left_out == 1


def test_outputs_and_numbers_go_whatever_the_tags_say() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "the answer"}
    tags = {"tags": ["nbval-check-output"]}
    cell = Cell("code", "print(x)", "own", tags, (output,), 3)
    (kept,) = shipped(cell).notebook.cells
    assert kept == Cell("code", "print(x)", "own", tags)


def test_a_lesson_that_has_lost_its_ids_is_shipped_whole() -> None:
    """As Colab saves it: what is added there cannot be told from the rest, and is kept."""
    result = shipped(*(replace(cell, id="") for cell in LESSON))
    assert [cell.source for cell in result.notebook.cells] == [cell.source for cell in LESSON]
    assert [cell.id for cell in result.notebook.cells][1] == "a_rule"


def test_a_lesson_full_of_random_ids_is_refused_rather_than_emptied() -> None:
    cells = [Cell("markdown", f"text {number}", f"{number:08x}") for number in range(9)]
    with pytest.raises(UsageError, match=r"01_x\.ipynb have ids that are not the course's own"):
        shipped(TITLE, *cells)


def test_links_to_lessons_that_stay_behind_become_text() -> None:
    text = "[02 Next](02_y.ipynb), [here](01_x.ipynb), [part](02_y.ipynb#a), [out](https://a.b)"
    (cell,) = shipped(replace(TITLE, source=text)).notebook.cells
    assert cell.source == "02 Next, [here](01_x.ipynb), part, [out](https://a.b)"
