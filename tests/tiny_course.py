"""A tiny course for tests: two categories, three rules, in the real layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIRST = '# exercise: first_rule\napp = "broken"\n'
SECOND = '# exercise: second_rule\napp = "broken too"\n'
ASKING = "01_async_concurrency"
THIRD = "# exercise: third_rule\nvalue = 1\n"


def markdown(source: str, cell_id: str = "") -> dict[str, Any]:
    """Return a markdown cell as the JSON of a notebook has it."""
    row = {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}
    return row | ({"id": cell_id} if cell_id else {})


def code(source: str, cell_id: str = "", **metadata: Any) -> dict[str, Any]:
    """Return a code cell as the JSON of a notebook has it."""
    row = markdown(source, cell_id) | {"cell_type": "code", "metadata": metadata}
    return row | {"execution_count": None, "outputs": []}


def exercise_cell(source: str, *, rule: str, minutes: int = 5, points: int = 10) -> dict[str, Any]:
    """Return an exercise cell as it is shipped."""
    own = {
        "rule": rule,
        "impact": "high",
        "minutes": minutes,
        "points": points,
        "verified_on": "0.165.0",
        "when": f"you need the {rule.replace('_', ' ')}",
        "original": source.splitlines(keepends=True),
    }
    return code(source, rule, clinic=own)


def question_cell(text: str, *, category: str, points: int = 5) -> dict[str, Any]:
    """Return the markdown cell of a category's free-text question."""
    return markdown(text) | {"metadata": {"clinic": {"question": category, "points": points}}}


def write_notebook(path: Path, *cells: dict[str, Any]) -> Path:
    """Write the cells as a notebook, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def write_course(root: Path) -> None:
    """Write two notebooks of lessons, the answers to one of them and a folder without checks."""
    write_notebook(
        root / "notebooks" / "00_start_here.ipynb",
        markdown("# Start here", "title"),
        markdown("## The sixty-second repair", "heading"),
        exercise_cell(FIRST, rule="first_rule", minutes=1, points=5),
    )
    write_notebook(
        root / "notebooks" / "01_async_concurrency.ipynb",
        markdown("# 1. Async & Concurrency\n\nGoals.", "title"),
        markdown("## 1.1 `def` or `async def`?", "second-heading"),
        markdown("### What goes wrong", "second-wrong"),
        exercise_cell(SECOND, rule="second_rule", minutes=15),
        markdown("## 1.2 Dependencies", "third-heading"),
        exercise_cell(THIRD, rule="third_rule", minutes=20),
    )
    write_notebook(
        root / "solutions" / "01_async_concurrency.ipynb",
        markdown("# Answers", "title"),
        markdown("## Second", "second-heading"),
        code(
            '# exercise: second_rule\napp = "whole"\n',
            "second_rule",
            clinic={"rule": "second_rule"},
        ),
        markdown("Because it **works**.", "second-why"),
        markdown("### Alternatives\n\nOthers.", "second-others"),
        markdown("## Third", "third-heading"),
        code("# exercise: third_rule\nvalue = 2\n", "third_rule", clinic={"rule": "third_rule"}),
        markdown("Two is more.", "third-why"),
    )
    (root / "tests" / "checks").mkdir(parents=True)


def write_asking_course(root: Path) -> None:
    """Write the same course with a question in its second notebook, named by ``ASKING``."""
    write_course(root)
    path = root / "notebooks" / f"{ASKING}.ipynb"
    document = json.loads(path.read_text("utf-8"))
    document["cells"].append(question_cell("Why does it wait?", category=ASKING))
    path.write_text(json.dumps(document), "utf-8")
