"""Finding the learner's text: in files, in the kernel, and telling whether it was touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_course import code, markdown, write_notebook

from clinic.cells import read_notebook
from clinic.errors import UsageError
from clinic.exercise import (
    attempted,
    fingerprint,
    latest_run,
    record_runs,
    rule_of,
    rule_of_check,
    source_of,
    sources_in,
)


@pytest.mark.parametrize(
    "source",
    [
        "# exercise: a_rule\nx = 1",
        "# exercise: a_rule",
        "#exercise:a_rule  \r\nx = 1",
        "\n\n  #  Exercise :\ta_rule\n",
    ],
)
def test_the_first_line_names_the_rule(source: str) -> None:
    assert rule_of(source) == "a_rule"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1\n# exercise: a_rule",
        "# exercise: two words",
        "# exercise\n: a",
        "# exercises: a",
    ],
)
def test_other_cells_name_none(source: str) -> None:
    assert rule_of(source) is None


def test_of_several_cells_the_last_counts(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "a.ipynb",
        code("# exercise: a\n1"),
        markdown("# exercise: a\nprose"),
        code("# exercise: b\n2"),
        code("# exercise: a\n3"),
    )
    notebook = read_notebook(path)
    assert sources_in(notebook) == {"a": "# exercise: a\n3", "b": "# exercise: b\n2"}
    assert source_of(path, "a") == "# exercise: a\n3"


def test_a_fresh_copy_below_does_not_hide_a_repair(tmp_path: Path) -> None:
    shipped = "# exercise: a\nx = 0"
    path = write_notebook(tmp_path / "a.ipynb", code("# exercise: a\nx = 1"), code(shipped))
    chosen = sources_in(read_notebook(path), {"a": shipped})
    assert chosen == {"a": "# exercise: a\nx = 1"}


def test_a_notebook_without_the_exercise_says_so(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", code("x = 1"))
    with pytest.raises(UsageError, match=r"a\.ipynb has no exercise cell of a_rule"):
        source_of(path, "a_rule")


@pytest.mark.parametrize(
    ("source", "original", "expected"),
    [
        ("x = 1", "x = 1", False),
        ("x  =  1  # why\n\n", "# exercise: a\nx = 1", False),
        ("x = 2", "x = 1", True),
        ("x = (", "x = 1", True),
        ("x = (\n", "x = (", False),
        ("%time x", "%time x ", False),
        ("", "x = 1", True),
        ("x = '\0'", "x = 1", True),
    ],
)
def test_only_a_change_of_meaning_is_an_attempt(
    source: str, original: str, expected: bool
) -> None:
    assert attempted(source, original) is expected


def test_the_fingerprint_ignores_comments() -> None:
    assert fingerprint("x = 1 # a") == fingerprint("x = 1") != fingerprint("x = 2")
    assert len(fingerprint("x = (")) == 64


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_absurdly_deep_code_is_compared_as_text(depth: int) -> None:
    source = "x = " + "-" * depth + "1"
    assert attempted(source, "x = 1")


def test_outside_ipython_nothing_ran() -> None:
    assert latest_run("a") is None


def test_the_latest_run_is_found_in_the_history(shell: Any) -> None:
    shell.run_cell("# exercise: a\nx = 1", store_history=True)
    shell.run_cell("# exercise: a\nx = 2", store_history=True)
    shell.run_cell("# exercise: b\nx = 3", store_history=True)
    assert latest_run("a") == "# exercise: a\nx = 2"
    assert latest_run("c") is None


def test_the_recorder_sees_runs_that_the_history_does_not(shell: Any) -> None:
    assert record_runs(shell) is record_runs(shell)
    shell.run_cell("# exercise: a\nx = 1", store_history=True)
    shell.run_cell("# exercise: a\nx = 2", store_history=False)
    shell.run_cell("x = 3", store_history=False)
    assert latest_run("a") == "# exercise: a\nx = 2"


def test_a_cell_that_does_not_compile_was_run_all_the_same(shell: Any) -> None:
    record_runs(shell)
    shell.run_cell("# exercise: a\nx = (", store_history=False)
    assert latest_run("a") == "# exercise: a\nx = ("


def test_a_check_names_its_rule_in_its_first_line() -> None:
    assert rule_of_check("# check: async_endpoints\nx = 1") == "async_endpoints"
    assert rule_of_check("\n  #check:one") == "one"
    assert rule_of_check("x = 1\n# check: one") is None
