"""Tidying: what is kept, what goes, and that no learner loses an original by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny_course import FIRST, code, exercise_cell, markdown, write_notebook

from clinic.catalog import Course, load_course
from clinic.cells import Cell, Notebook, read_notebook
from clinic.errors import UsageError
from clinic.tidy import Tidied, tidy_course, tidy_notebook, write

COMPARED = {"tags": ["nbval-check-output"]}


def tidied(*cells: Cell, **options: bool) -> tuple[Cell, ...]:
    return tidy_notebook(Notebook(cells), **options).cells


def tidy_all(course: Course, **options: bool) -> list[Tidied]:
    found = tidy_course(course, **options)
    for notebook in found:
        write(notebook)
    return found


def test_tidying_all_leaves_nothing_to_tidy(course: Course) -> None:
    assert all(notebook.changes for notebook in tidy_all(course))
    assert not any(notebook.changes for notebook in tidy_course(course))
    assert load_course(course.root) == course


def test_a_tidy_notebook_is_what_nbformat_writes_and_finds_valid(course: Course) -> None:
    for notebook in tidy_all(course):
        content = nbformat.read(notebook.path, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(content)
        theirs: str = nbformat.writes(content)  # type: ignore[no-untyped-call]
        assert theirs + "\n" == notebook.path.read_text(encoding="utf-8")


def test_lessons_answers_and_checks_are_tidied(course: Course) -> None:
    write_notebook(course.checks / "01_async_concurrency.ipynb", code("# check: second_rule"))
    write_notebook(course.notebooks / "mine.ipynb", code("x"))
    assert [
        notebook.path.relative_to(course.root).as_posix() for notebook in tidy_course(course)
    ] == [
        "notebooks/00_start_here.ipynb",
        "notebooks/01_async_concurrency.ipynb",
        "solutions/01_async_concurrency.ipynb",
        "tests/checks/01_async_concurrency.ipynb",
    ]


def test_nothing_is_left_beside_a_written_notebook(course: Course) -> None:
    before = sorted(course.notebooks.iterdir())
    tidy_all(course)
    assert sorted(course.notebooks.iterdir()) == before


def test_counts_outputs_and_foreign_metadata_go() -> None:
    metadata = {"tags": [], "jupyter": {"source_hidden": True}, "execution": {"a": 1}}
    output = {"output_type": "stream", "name": "stdout", "text": "a"}
    (cell,) = tidied(Cell("code", "x", "x", metadata, (output,), 7))
    assert cell == Cell("code", "x", "x")


def test_the_notebook_metadata_says_python_and_no_more() -> None:
    metadata = {"language_info": {"name": "python", "version": "3.11.7"}, "widgets": {}}
    assert tidy_notebook(Notebook((), metadata)).metadata == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }


def test_compared_outputs_stay_numbered_without_what_changes() -> None:
    outputs: tuple[dict[str, Any], ...] = (
        {"output_type": "stream", "name": "stdout", "text": ["a\n"]},
        {"output_type": "stream", "name": "stdout", "text": "b\n"},
        {"output_type": "stream", "name": "stderr", "text": "c\n"},
        {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {"x": 1}},
        {"output_type": "display_data", "data": {"text/plain": "2"}, "transient": {"id": 3}},
    )
    plain, first, second = tidied(
        Cell("code", "x", "x", {}, outputs, 5),
        Cell("code", "y", "y", COMPARED, outputs, None),
        Cell("code", "z", "z", COMPARED, (), 9),
    )
    assert (plain.execution_count, plain.outputs) == (None, ())
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert list(first.outputs) == [
        {"output_type": "stream", "name": "stdout", "text": "a\nb\n"},
        {"output_type": "stream", "name": "stderr", "text": "c\n"},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "1"},
            "metadata": {},
            "execution_count": 1,
        },
        {"output_type": "display_data", "data": {"text/plain": "2"}, "metadata": {}},
    ]


def test_a_check_gets_its_tag_and_id() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "fact: yes\n"}
    (cell,) = tidied(Cell("code", "# check: a_rule\n", "zzz", {}, (output,)))
    assert (cell.id, cell.tags, cell.execution_count) == ("a_rule", ("nbval-check-output",), 1)
    assert cell.outputs == (output,)


def test_an_exercise_gets_its_rule_as_id_and_metadata() -> None:
    (cell,) = tidied(Cell("code", "# exercise: a_rule\n", "zzz"))
    assert (cell.id, cell.metadata) == ("a_rule", {"clinic": {"rule": "a_rule"}})


def test_good_ids_stay_and_others_are_made_from_the_text() -> None:
    cells = (
        Cell("markdown", "## What goes *wrong*?\n\ntext", ""),
        Cell("code", 'verify("a_rule")', "not valid!"),
        Cell("code", 'verify("a_rule")', ""),
        Cell("code", "x", "own"),
        Cell("code", "y", "own"),
        Cell("markdown", "übung", "a_rule"),
        Cell("code", "# exercise: a_rule", ""),
        Cell("raw", "", ""),
        Cell("raw", "", ""),
    )
    once = tidied(*cells)
    assert [cell.id for cell in once] == [
        "what-goes-wrong",
        "verify-a_rule",
        "verify-a_rule-2",
        "own",
        "y",
        "bung",
        "a_rule",
        "raw-e3b0c442",
        "raw-e3b0c442-2",
    ]
    assert tidied(*once) == once


@pytest.mark.parametrize("drawn", ["3f2a91bc", "6f1c0f0e-9a54-4c8a-8a7e-0c1f5a1c2b3d"])
def test_an_id_that_an_editor_drew_becomes_words(drawn: str) -> None:
    (cell,) = tidied(Cell("markdown", "Hand in by Friday", drawn))
    assert cell.id == "hand-in-by-friday"


def test_a_missing_original_is_stored_in_lessons_only() -> None:
    cell = Cell("code", "# exercise: a\nx = 1", "a")
    (lesson,) = tidied(cell, lesson=True)
    assert lesson.clinic["original"] == ["# exercise: a\n", "x = 1"]
    (answer,) = tidied(cell)
    assert "original" not in answer.clinic


def test_an_edited_exercise_keeps_its_original_until_the_author_asks(course: Course) -> None:
    path = course.notebooks / "00_start_here.ipynb"
    cell = exercise_cell(FIRST, rule="first_rule")
    write_notebook(
        path, markdown("# Start", "t"), cell | {"source": "# exercise: first_rule\nnew"}
    )
    first = tidy_all(course)[0]
    assert first.edited == ("first_rule",)
    assert load_course(course.root).rule("first_rule").original == FIRST
    first = tidy_all(course, originals=True)[0]
    assert first.edited == ()
    assert load_course(course.root).rule("first_rule").original == "# exercise: first_rule\nnew"


def test_other_texts_are_left_as_they_are(course: Course) -> None:
    path = write_notebook(course.notebooks / "02_more.ipynb", code("a\r\n\tb  \n\n", "a"))
    tidy_all(course)
    assert read_notebook(path).cells[0].source == "a\r\n\tb  \n\n"


def test_a_broken_notebook_stops_before_anything_is_written(course: Course) -> None:
    (course.solutions / "02_more.ipynb").write_text("{")
    with pytest.raises(UsageError, match=r"02_more\.ipynb is not a notebook"):
        tidy_course(course)


def test_an_output_of_an_unknown_kind_goes(tmp_path: Path) -> None:
    cell = code("x", "x", **COMPARED) | {"outputs": [{"output_type": "new"}, {}]}
    path = write_notebook(tmp_path / "notebooks" / "01_x.ipynb", cell)
    (found,) = tidy_course(load_course(tmp_path))
    assert found.path == path
    assert json.loads(found.text)["cells"][0]["outputs"] == []
