"""The Gradescope zip, run as Gradescope runs it but for the container."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pair_course import (
    FACTS,
    HALF,
    NOTEBOOK,
    SECRET,
    SINGLE,
    WHOLE,
    with_sources,
    write_pair_course,
)

from clinic.catalog import Course
from clinic.cli import main
from clinic.errors import UsageError
from clinic.grading.gradescope_export import export_gradescope

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return the course that is exported."""
    return write_pair_course(tmp_path_factory.mktemp("pair") / "course")


@pytest.fixture(scope="module")
def archive(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zip of the whole course."""
    out = tmp_path_factory.mktemp("gradescope") / "autograder.zip"
    assert export_gradescope(course, out) == ["pair", "single"]
    return out


@pytest.fixture
def autograder(archive: Path, tmp_path: Path) -> Path:
    """Return what is /autograder in Gradescope's container, before a submission comes."""
    root = tmp_path / "autograder"
    for folder in ("source", "submission", "results"):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile(archive) as file:
        file.extractall(root / "source")
        for entry in file.infolist():
            (root / "source" / entry.filename).chmod(entry.external_attr >> 16)
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    return root


def graded(root: Path) -> dict[str, Any]:
    """Run the autograder, with the engine that is installed here, and return results.json."""
    environment = os.environ | {
        "AUTOGRADER_ROOT": str(root),
        "CLINIC_PYTHON": sys.executable,
    }
    done = subprocess.run(
        [root / "run_autograder"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, Any] = json.loads((root / "results" / "results.json").read_text("utf-8"))
    return document


def hand_in(course: Course, root: Path, name: str = NOTEBOOK, **sources: str) -> None:
    """Put a notebook with these exercises where Gradescope puts submissions."""
    with_sources(course.notebooks / NOTEBOOK, root / "submission" / name, **sources)


def test_each_rule_is_a_test_with_points_and_reason(course: Course, autograder: Path) -> None:
    hand_in(course, autograder, pair=HALF, single=SINGLE)
    document = graded(autograder)
    pair, single = document["tests"]
    assert (pair["score"], pair["max_score"], pair["status"]) == (5.0, 10, "failed")
    assert (single["score"], single["max_score"], single["status"]) == (4.0, 4, "passed")
    assert pair["name"] == "Start here: Pair (pair)"
    assert f"no   {FACTS[1]}" in pair["output"]
    assert "seen: GET /second answered 7." in pair["output"]
    assert SECRET not in json.dumps(document)
    assert set(document["extra_data"]["seeds"]) == {"pair", "single"}


def test_the_results_are_of_gradescopes_format(course: Course, autograder: Path) -> None:
    hand_in(course, autograder, single=SINGLE)
    document = graded(autograder)
    top = {"output", "output_format", "visibility", "stdout_visibility", "tests"}
    assert set(document) == top | {"execution_time", "extra_data"}
    assert document["stdout_visibility"] == "hidden"
    assert isinstance(document["execution_time"], float)
    for test in document["tests"]:
        assert set(test) == {
            *("name", "name_format", "number", "score", "max_score", "status"),
            *("output", "output_format", "visibility"),
        }
        assert test["visibility"] == "visible"
        assert test["output_format"] == "text"
        assert test["status"] in {"passed", "failed"}
        assert 0 <= test["score"] <= test["max_score"]


def test_of_several_notebooks_the_best_of_each_rule_counts(
    course: Course, autograder: Path
) -> None:
    hand_in(course, autograder, "a.ipynb", pair=HALF)
    hand_in(course, autograder, "b/deep.ipynb", pair=WHOLE)
    hand_in(course, autograder, "c.ipynb", single=SINGLE)
    assert [test["score"] for test in graded(autograder)["tests"]] == [10.0, 4.0]


def test_files_that_are_no_notebooks_earn_nothing_and_are_named(
    autograder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.ipynb").write_text("{}")
    folder = autograder / "submission"
    (folder / "torn\n.ipynb").write_bytes(b"\xff{")
    (folder / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "folder.ipynb").mkdir()
    document = graded(autograder)
    assert [test["score"] for test in document["tests"]] == [0.0, 0.0]
    assert "not attempted" in document["tests"][0]["output"]
    (note,) = document["output"].splitlines()
    assert note.startswith("torn .ipynb: ")


def test_an_empty_submission_is_told_so(autograder: Path) -> None:
    document = graded(autograder)
    assert document["output"].startswith("There is no notebook")
    assert [test["score"] for test in document["tests"]] == [0.0, 0.0]


def test_a_fault_of_ours_leaves_no_result(autograder: Path) -> None:
    (autograder / "source" / "settings.json").unlink()
    with pytest.raises(AssertionError, match=r"settings\.json cannot be read"):
        graded(autograder)
    assert list((autograder / "results").iterdir()) == []


def test_the_zip_has_scripts_at_its_top_and_no_answers(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
        modes = {entry.filename: entry.external_attr >> 16 for entry in file.infolist()}
        pins = file.read("pins.txt").decode().splitlines()
    assert modes["setup.sh"] & 0o100
    assert modes["run_autograder"] & 0o100
    assert f"course/tests/checks/{NOTEBOOK}" in names
    assert "engine/src/clinic/nbval_run.py" in names
    unwanted = ("solutions", "attempts", "__pycache__", ".venv", ".git/")
    assert [name for name in names if any(part in name for part in unwanted)] == []
    assert all("==" in pin for pin in pins)
    assert len(pins) > 50


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_bash(archive: Path, tmp_path: Path, script: str) -> None:
    with zipfile.ZipFile(archive) as file:
        path = Path(file.extract(script, tmp_path))
    done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_same_course_gives_the_same_bytes(
    course: Course, archive: Path, tmp_path: Path
) -> None:
    export_gradescope(course, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_the_command_warns_of_what_the_zip_holds(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(course.root))
    out = tmp_path / "a.zip"
    assert main(["export", "gradescope", str(out), "--rules", "single"]) == 0
    assert "1 exercise." in (told := capsys.readouterr().out)
    assert "It holds the hidden checks" in told
    assert main(["export", "gradescope", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_name_that_is_no_zip_is_refused(course: Course, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"name the file .*out\.zip"):
        export_gradescope(course, tmp_path / "out")
