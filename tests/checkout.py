"""A copy of this checkout without git, and one in which an instructor has worked as a learner."""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path
from typing import Any

from tiny_course import code

from clinic.catalog import Course, answer_mark, lesson_paths, load_course
from clinic.cells import read_notebook
from clinic.exercise import rule_of, sources_in

ROOT = Path(__file__).resolve().parent.parent
FILES = ("LICENSE", "Makefile", "README.md", "environment.yml", "pyproject.toml")
FOLDERS = ("labconfig", "notebooks", "src", "solutions", "tests/checks", "tests/attempts")
JUPYTERLABS_ID = "6f1c0f0e-9a54-4c8a-8a7e-0c1f5a1c2b3d"


def copy_checkout(target: Path) -> Course:
    """Copy what the course consists of, without what work has left behind."""
    leftovers = shutil.ignore_patterns("__pycache__", ".*", "progress*.json", "*-Copy*")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=leftovers)
    for name in FILES:
        shutil.copy2(ROOT / name, target / name)
    return load_course(target)


def work_in(course: Course) -> None:
    """Solve every exercise in the lessons, and leave behind what one leaves behind."""
    for path in lesson_paths(course.notebooks):
        _solve(path, course)
        shutil.copy2(path, path.with_name(f"{path.stem}-Copy1.ipynb"))
    _write(course.notebooks / "progress.json", '{"version": 1}')
    answer = next((course.solutions).glob("01*")).read_text("utf-8")
    _write(course.notebooks / ".ipynb_checkpoints/01_async_concurrency-checkpoint.ipynb", answer)
    _write(course.notebooks / ".clinic/saved/async_endpoints-1.py", answer)
    _write(course.notebooks / "Untitled.ipynb", answer)
    _write(course.root / "src/clinic/__pycache__/answers.py", answer)
    _write(course.root / "src/clinic/.answers.py", answer)


def _solve(path: Path, course: Course) -> None:
    answers = read_notebook(course.solutions / path.name)
    sources = sources_in(answers)
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        rule = rule_of("".join(cell["source"])) if cell["cell_type"] == "code" else None
        if rule:
            cell["source"] = sources[rule].splitlines(keepends=True)
            cell |= {"execution_count": 7, "outputs": [_shown(sources[rule])]}
        if cell["id"] == "answer":
            rubric = next(c.source for c in answers.cells if c.id == "question")
            cell["source"] = f"{answer_mark(path.stem)}\n{rubric}".splitlines(keepends=True)
    checks = read_notebook(course.checks / path.name).cells
    notebook["cells"] += [
        code(checks[-1].source, JUPYTERLABS_ID),
        code(next(iter(sources.values())), "ffffffff"),
        notebook["cells"][-1] | {"id": "0a0a0a0a", "source": "solution()"},
    ]
    _write(path, json.dumps(notebook))


def _shown(source: str) -> dict[str, Any]:
    """Return what ``solution`` shows, as a notebook keeps it."""
    markup = f"<td>{html.escape(source)}</td>".splitlines(keepends=True)
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": markup}}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
