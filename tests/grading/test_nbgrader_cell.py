"""What a hidden cell calls; test_nbgrader_export has it in a real kernel."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pair_course import HALF, write_pair_course

from clinic.errors import MachineError, UsageError
from clinic.grading.nbgrader_cell import main, points


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the course that is graded."""
    root = write_pair_course(tmp_path / "course").root
    monkeypatch.setenv("CLINIC_COURSE", str(root))
    return root


def test_an_exercise_that_never_ran_earns_nothing(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert points("pair") == 0.0
    assert "pair: not attempted" in capsys.readouterr().out


def test_outside_of_a_kernel_there_are_no_points() -> None:
    with pytest.raises(UsageError, match="no points"):
        points("pair")


def test_a_kernel_that_shows_no_values_is_refused(shell: Any) -> None:
    shell.ast_node_interactivity = "none"
    with pytest.raises(UsageError, match="ast_node_interactivity"):
        points("pair")


def test_what_cannot_be_judged_raises(
    shell: Any, chosen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run_cell("# exercise: pear\nx = 1", store_history=True)
    with pytest.raises(MachineError, match="There is no rule 'pear'"):
        points("pear")


def test_the_program_judges_its_standard_input(
    chosen: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HALF.encode())))
    assert main(["pair"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["rule"], row["points"], row["possible"]) == ("pair", 5.0, 10)
