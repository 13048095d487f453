"""The command line: what it prints, how it ends, and that bad input is one sentence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import FIRST, SECOND, code, exercise_cell, write_notebook

from clinic import cli
from clinic.catalog import Course, load_course
from clinic.errors import CourseError, MachineError
from clinic.verdict import Fact, Outcome, Verdict


@pytest.fixture(autouse=True)
def _inside(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the course's folder."""
    monkeypatch.delenv("CLINIC_COURSE", raising=False)
    monkeypatch.delenv("CLINIC_DEBUG", raising=False)
    monkeypatch.chdir(course.root)


def failing(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 2) -> str:
    """Run a command that must fail, and return its one sentence."""
    try:
        got = cli.main(arguments)
    except SystemExit as stop:
        got = int(str(stop.code))
    out, err = capsys.readouterr()
    assert (got, out) == (status, "")
    assert err.startswith("clinic: ")
    assert err.count("\n") == 1
    return err.removeprefix("clinic: ").rstrip()


def test_rules_as_json(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["rule"] for row in rows] == [rule.id for rule in course.rules]
    assert rows[1] == {
        "rule": "second_rule",
        "title": "def or async def?",
        "category": "Async & Concurrency",
        "notebook": "01_async_concurrency.ipynb",
        "impact": "high",
        "minutes": 15,
        "points": 10,
        "when": "you need the second rule",
    }


def test_rules_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Start here (00_start_here.ipynb)"
    assert lines[1].startswith("  first_rule  ")
    assert lines[1].endswith("  The sixty-second repair (1 min, 5 points)")


def test_a_notebook_gives_all_its_exercises(course: Course) -> None:
    found = cli.collect(course, course.solutions / "01_async_concurrency.ipynb")
    assert found == {
        "second_rule": '# exercise: second_rule\napp = "whole"\n',
        "third_rule": "# exercise: third_rule\nvalue = 2\n",
    }


def test_a_rule_can_be_picked(course: Course) -> None:
    path = course.notebooks / "01_async_concurrency.ipynb"
    assert cli.collect(course, path, "second_rule") == {"second_rule": SECOND}


def test_a_folder_gives_the_exercises_of_its_notebooks(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = course.notebooks / "00_start_here-Copy1.ipynb"
    write_notebook(copy, code("# exercise: first_rule\nold"))
    assert list(cli.collect(course, course.notebooks)) == [rule.id for rule in course.rules]
    assert cli.collect(course, course.notebooks, "first_rule") == {"first_rule": FIRST}
    assert "00_start_here-Copy1.ipynb repeats first_rule" in capsys.readouterr().err


def test_a_python_file_is_one_exercise(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("\ufeffapp = 1\n", encoding="utf-8")
    assert cli.collect(course, path, "first_rule") == {"first_rule": "app = 1\n"}


def test_a_cell_of_an_unknown_rule_is_named_and_left_out(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_notebook(tmp_path / "a.ipynb", code("# exercise: frist_rule\n1"), code(SECOND))
    assert list(cli.collect(course, path)) == ["second_rule"]
    assert capsys.readouterr().err == (
        "clinic: a.ipynb: There is no rule 'frist_rule'; did you mean 'first_rule'? "
        "That cell is left out.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("none.ipynb", "There is no file none.ipynb."),
        ("none", "There is no file none."),
        ("none.py --rule first_rule", "There is no file none.py."),
        ("empty", "The folder empty has no notebooks."),
        ("broken.ipynb", "broken.ipynb is not a notebook: its content is not JSON."),
        ("prose.ipynb", "prose.ipynb has no exercise cell ('# exercise: <rule>') of this course."),
        ("notes.txt", "notes.txt is neither a notebook, a folder of notebooks, nor a .py file."),
        ("mine.py", "Say which rule mine.py repairs: clinic check mine.py --rule ID"),
        ("image.py --rule first_rule", "image.py is not a text file in UTF-8."),
        ("null.py --rule first_rule", "null.py is not a text file."),
        (
            "notebooks --rule frist_rule",
            "There is no rule 'frist_rule'; did you mean 'first_rule'?",
        ),
        (
            "notebooks/00_start_here.ipynb --rule second_rule",
            "notebooks/00_start_here.ipynb has no exercise cell of second_rule "
            "('# exercise: second_rule').",
        ),
        ("--rule", "argument --rule: expected one argument; `clinic check --help` says more."),
        (
            "",
            "the following arguments are required: PATH; `clinic check --help` says more.",
        ),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: str, says: str, course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (course.root / "empty").mkdir()
    (course.root / "broken.ipynb").write_text("{")
    write_notebook(course.root / "prose.ipynb", code("x = 1"))
    (course.root / "notes.txt").write_text("text")
    (course.root / "mine.py").write_text("app = 1")
    (course.root / "image.py").write_bytes(b"\x89PNG")
    (course.root / "null.py").write_bytes(b"a\0b")
    assert failing(capsys, "check", *arguments.split()) == says


@pytest.mark.parametrize("arguments", ["", "chek", "rules --colour", "lab --port many"])
def test_a_wrong_command_is_one_sentence(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(capsys, *arguments.split()).endswith("--help` says more.")


def test_without_checks_the_instructor_holds_them(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(course.checks)
    assert "your instructor holds them" in failing(capsys, "check", "notebooks")


def test_what_was_shipped_is_not_attempted(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "it answers: yes\n"}
    cell = code("# check: first_rule\n", "first_rule", tags=["nbval-check-output"])
    cell |= {"outputs": [output], "execution_count": 1}
    write_notebook(course.checks / "00_start_here.ipynb", cell)
    assert cli.main(["check", "notebooks", "--rule", "first_rule", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "rule": "first_rule",
            "outcome": "not_attempted",
            "facts": [{"text": "it answers", "met": False, "extra": False}],
            "seconds": 0.0,
        }
    ]
    assert cli.main(["check", "notebooks", "--rule", "first_rule"]) == 0
    assert capsys.readouterr().out == (
        "first_rule: not attempted\n  no   it answers\n0 of 1 repaired\n"
    )


def test_a_verdict_reads_as_a_list_of_facts() -> None:
    facts = (
        Fact("it answers", True),
        Fact("it is quick", False, seen="it slept", next_step="wake it"),
        Fact("it is short", False, extra=True),
    )
    assert cli._lines(Verdict("r", Outcome.NOT_YET, facts, 1.26, "It is slow.")) == [
        "r: not yet (1.3 s)",
        "       It is slow.",
        "  yes  it answers",
        "  no   it is quick",
        "       seen: it slept",
        "       next: wake it",
        "  no   extra: it is short",
    ]


def test_tidy_lists_then_tidies(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    before = (course.notebooks / "00_start_here.ipynb").read_bytes()
    assert cli.main(["tidy", "--check"]) == 1
    assert "notebooks/00_start_here.ipynb is not tidy\n" in capsys.readouterr().out
    assert (course.notebooks / "00_start_here.ipynb").read_bytes() == before
    assert cli.main(["tidy"]) == 0
    assert "solutions/01_async_concurrency.ipynb is tidy now\n" in capsys.readouterr().out
    assert cli.main(["tidy", "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_tidy_leaves_the_original_of_an_edited_exercise_until_asked(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["tidy"])
    path = course.notebooks / "00_start_here.ipynb"
    write_notebook(path, exercise_cell(FIRST, rule="first_rule") | {"source": f"{FIRST}new"})
    for arguments in (["tidy", "--check"], ["tidy"]):
        assert cli.main(arguments) == 1
        assert "the cell of first_rule differs from its original" in capsys.readouterr().err
    assert load_course(course.root).rule("first_rule").original == FIRST
    assert cli.main(["tidy", "--originals"]) == 0
    assert load_course(course.root).rule("first_rule").original == f"{FIRST}new"


def test_outside_a_course_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(tmp_path / "none"))
    assert failing(capsys, "rules").startswith("CLINIC_COURSE is")


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (MachineError("The disk is full."), 1, "The disk is full."),
        (
            CourseError("No check."),
            1,
            "this is a fault of the course, please report it: No check.",
        ),
        (
            ZeroDivisionError("x"),
            1,
            "this is a fault of the course, please report it: ZeroDivisionError: x "
            "(CLINIC_DEBUG=1 in the environment tells more)",
        ),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_what_fails_inside_is_one_sentence(
    error: BaseException,
    status: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> Course:
        raise error

    monkeypatch.setattr(cli, "find_course", fail)
    assert failing(capsys, "rules", status=status) == says


def clinic(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "clinic", *arguments],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_runs_as_a_command(course: Course) -> None:
    done = clinic(course, "check", "none.ipynb")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "clinic: There is no file none.ipynb.\n"


def test_a_reader_that_goes_away_is_no_error(course: Course) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "clinic", "rules"]
    with os.fdopen(write_end, "w") as out:
        done = subprocess.run(
            command, cwd=course.root, stdout=out, stderr=subprocess.PIPE, check=False
        )
    assert done.stderr == b""


def test_a_command_that_is_quick_loads_nothing_heavy(course: Course) -> None:
    script = (
        "import sys; from clinic.cli import main; main(['rules']);"
        "print(*{'IPython', 'fastapi', 'httpx', 'nbformat', 'uvicorn'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=course.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == ""
