"""Every lesson notebook runs under nbval, as shipped and with the solutions put in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import matrix
import pytest

from clinic import progress_file
from clinic.catalog import lesson_paths, load_course
from clinic.cells import dump_notebook, read_notebook
from clinic.exercise import rule_of, sources_in

LESSONS = [path.name for path in lesson_paths(matrix.course().notebooks)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the course, so that progress is written beside the copy."""
    for folder in ("notebooks", "solutions", "tests/checks"):
        source = matrix.ROOT / folder
        for path in lesson_paths(source):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / folder)
    return tmp_path


def run_nbval(notebook: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax"]
    options = ["--nbval-current-env", "--nbval-cell-timeout=60", "-c", "/dev/null"]
    run = subprocess.run(
        [*command, *options, f"--rootdir={notebook.parent}", str(notebook)],
        capture_output=True,
        text=True,
        cwd=notebook.parent,
    )
    assert run.returncode == 0, run.stdout[-4000:]


def insert(notebook: Path, sources: Mapping[str, str]) -> None:
    """Replace the text of the exercise cells, as a learner does."""
    lesson = read_notebook(notebook)
    cells = [
        replace(cell, source=sources[rule]) if (rule := rule_of(cell.source)) else cell
        for cell in lesson.cells
    ]
    notebook.write_text(dump_notebook(replace(lesson, cells=tuple(cells))), "utf-8")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_as_shipped(name: str, copy: Path) -> None:
    run_nbval(copy / "notebooks" / name)
    assert not (copy / "notebooks" / progress_file.FILE).exists()


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_with_the_solutions_and_every_rule_is_repaired(
    name: str, copy: Path
) -> None:
    sources = sources_in(read_notebook(copy / "solutions" / name))
    insert(copy / "notebooks" / name, sources)
    run_nbval(copy / "notebooks" / name)
    done = progress_file.load(load_course(copy))
    assert {rule: done.repaired(rule) for rule in sources} == dict.fromkeys(sources, True)
    outcomes = json.loads((copy / "notebooks" / progress_file.FILE).read_text("utf-8"))
    assert outcomes["version"] == 1
