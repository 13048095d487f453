"""A course of one notebook for the exports: two rules, one with two facts to win, and a question.

Its submissions are notebooks as an exported or released lesson comes back.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from tiny_course import code, exercise_cell, markdown, write_notebook

from clinic.catalog import Course, load_course

NOTEBOOK = "00_start_here.ipynb"
STEM = "00_start_here"
FACTS = ("the first number is one", "the second number is two")
SECRET = "secret_word_of_the_check"
ANSWER = "<!-- answer: 00_start_here -->\n\n*Your answer.*\n"

SHIPPED = '# exercise: {rule}\nfrom fastapi import FastAPI\n\napp = FastAPI(title="{rule}")\n'
FIRST = '\n\n@app.get("/first")\nasync def first():\n    return {number}\n'
SECOND = '\n\n@app.get("/second")\nasync def second():\n    return {number}\n'

HALF = SHIPPED.format(rule="pair") + FIRST.format(number=1) + SECOND.format(number=7)
WHOLE = SHIPPED.format(rule="pair") + FIRST.format(number=1) + SECOND.format(number=2)
WRONG = SHIPPED.format(rule="pair") + FIRST.format(number=5) + SECOND.format(number=5)
SINGLE = SHIPPED.format(rule="single") + FIRST.format(number=1)

_START = "# check: {rule}\nfrom clinic.checking import fact, submission\n\n"
_PAIR = (
    _START
    + """{secret} = 1
with submission("pair") as app:
    with fact("the first number is one"):
        answer = app.get("/first")
        assert answer.text == "1", f"GET /first answered {{answer.text}}."
    with fact("the second number is two", next_step="look at /second."):
        answer = app.get("/second")
        assert answer.text == "2", f"GET /second answered {{answer.text}}."
"""
)
_SINGLE = (
    _START
    + """with submission("single") as app, fact("the first number is one"):
    assert app.get("/first").text == "1", "GET /first answered something else."
"""
)


def write_pair_course(root: Path) -> Course:
    """Write the course and return it."""
    old = {"output_type": "stream", "name": "stdout", "text": ["an output of the author\n"]}
    write_notebook(
        root / "notebooks" / NOTEBOOK,
        markdown("# Start here", "title"),
        code("from clinic import verify", "setup") | {"outputs": [old], "execution_count": 3},
        exercise_cell(SHIPPED.format(rule="pair"), rule="pair"),
        markdown("Change it, then:", "words"),
        code('verify("pair")', "pair-verify"),
        exercise_cell(SHIPPED.format(rule="single"), rule="single", points=4),
        _question(),
        markdown(ANSWER, "answer"),
    )
    write_notebook(
        root / "tests" / "checks" / NOTEBOOK,
        _check(_PAIR.format(rule="pair", secret=SECRET), *FACTS),
        _check(_SINGLE.format(rule="single"), FACTS[0]),
    )
    return load_course(root)


def _question() -> dict[str, Any]:
    cell = markdown("**Question**: why does it work?", "question")
    return cell | {"metadata": {"clinic": {"question": STEM, "points": 5}}}


def _check(source: str, *facts: str) -> dict[str, Any]:
    lines = [f"{fact}: yes\n" for fact in facts]
    output = {"output_type": "stream", "name": "stdout", "text": lines}
    cell = code(source, tags=["nbval-check-output"])
    return cell | {"execution_count": 1, "outputs": [output]}


def with_sources(notebook: Path, target: Path, **sources: str) -> dict[str, Any]:
    """Write to ``target`` the notebook in which the exercises have these texts; return it."""
    document: dict[str, Any] = json.loads(notebook.read_text("utf-8"))
    for cell in document["cells"]:
        rule = cell["metadata"].get("clinic", {}).get("rule")
        if rule in sources:
            cell["source"] = sources[rule]
    save(document, target)
    return document


def save(document: dict[str, Any], target: Path) -> None:
    """Write a notebook, making its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document), "utf-8")


def graded_cell(document: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """Return nbgrader's cell of that id."""
    (cell,) = [
        cell
        for cell in document["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    ]
    found: dict[str, Any] = cell
    return found


def copied(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a cell as JupyterLab makes it: a new id, the same metadata."""
    return copy.deepcopy(cell) | {"id": f"copy-{cell['id']}"}
