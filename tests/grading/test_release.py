"""What learners get: all that they need, and nothing of the answers, however the course looks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from checkout import ROOT, copy_checkout, work_in
from secrets_of import found_in, secret_lines

from clinic import cli
from clinic.catalog import Course, find_course, load_course
from clinic.cells import read_notebook
from clinic.errors import UsageError
from clinic.grading.release import learners_files, release
from clinic.tidy import tidy_course

LINK = re.compile(r"\]\((?!https?:|mailto:|#|attachment:)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def secrets() -> set[str]:
    """Return the lines that must not get out."""
    found = secret_lines(ROOT)
    assert len(found) > 5000
    return found


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the released folder of a copy of this checkout; OUT.zip lies beside it."""
    course = copy_checkout(tmp_path_factory.mktemp("clean") / "course")
    out = tmp_path_factory.mktemp("released") / "bundle"
    released = release(course, out, zipped=True)
    assert released.notes == ()
    return out


@pytest.fixture
def copy(tmp_path: Path) -> Course:
    """Return a copy of this checkout to work in."""
    return copy_checkout(tmp_path / "course")


def held(folder: Path) -> dict[str, bytes]:
    """Return everything that a folder holds."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def zipped(archive: Path) -> dict[str, bytes]:
    """Return everything that a zip holds, without its one folder."""
    with zipfile.ZipFile(archive) as opened:
        return {name.split("/", 1)[1]: opened.read(name) for name in opened.namelist()}


def as_learner(bundle: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python with the engine of the bundle, as if it were installed from there."""
    environment = {**os.environ, "PYTHONPATH": str(bundle / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("CLINIC_COURSE", None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=options.get("cwd", bundle),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def git(course: Course, *arguments: str) -> str:
    """Run git in a course, without the settings of whoever runs the tests."""
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(course.root.parent)}
    command = ["git", "-C", str(course.root), *who, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


# -- what is inside ---------------------------------------------------------------------------


def test_the_bundle_is_the_course_without_what_is_not_for_learners(bundle: Path) -> None:
    files = held(bundle)
    top = {name.split("/")[0] for name in files}
    assert top == {
        *("LICENSE", "MANIFEST.json", "Makefile", "README.md", "environment.yml", "labconfig"),
        *("manifest.sha256", "notebooks", "pyproject.toml", "src"),
    }
    parts = {part for name in files for part in name.split("/")}
    unwanted = {"tests", "solutions", "grading", "tidy.py", "progress.json", "__pycache__"}
    assert parts & unwanted == set()
    assert {part for part in parts if part.startswith(".")} == set()


def test_lessons_are_exactly_those_of_the_repository(bundle: Path) -> None:
    course = load_course(ROOT)
    shipped = {
        f"{c.notebook}": (course.notebooks / c.notebook).read_bytes() for c in course.categories
    }
    assert {path.name: path.read_bytes() for path in (bundle / "notebooks").iterdir()} == shipped
    assert load_course(bundle).categories == course.categories


def test_nothing_of_answers_and_checks_is_inside(bundle: Path, secrets: set[str]) -> None:
    assert found_in(held(bundle), secrets) == set()
    assert found_in(zipped(bundle.with_name("bundle.zip")), secrets) == set()


def test_work_in_the_course_gets_into_no_release(
    bundle: Path, copy: Course, tmp_path: Path, secrets: set[str]
) -> None:
    work_in(copy)
    lost = found_in(held(copy.notebooks), secrets)
    assert len(lost) > 500, "there is something to be found"
    released = release(load_course(copy.root), tmp_path / "out", zipped=True)
    assert held(tmp_path / "out") == held(bundle)
    assert zipped(tmp_path / "out.zip") == held(bundle)
    assert found_in(held(tmp_path / "out"), secrets) == set()
    worked = [note for note in released.notes if "released as shipped" in note]
    left_out = [note for note in released.notes if "cells that the course does not know" in note]
    assert len(worked) == len(left_out) == len(copy.categories)
    assert "async_endpoints, async_dependencies" in worked[1]
    assert "answer" in worked[1]


def test_tidying_makes_an_added_cell_part_of_the_lesson(copy: Course) -> None:
    path = copy.notebooks / "01_async_concurrency.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    added = {"cell_type": "markdown", "metadata": {}, "source": "Due on Friday.", "id": "0a0b0c0d"}
    notebook["cells"].insert(1, added)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    files, notes = learners_files(copy)
    assert b"Due on Friday." not in files[f"notebooks/{path.name}"]
    assert "1 cell that the course does not know" in notes[0]
    for tidied in tidy_course(copy):
        tidied.path.write_text(tidied.text, "utf-8")
    files, notes = learners_files(copy)
    assert b"Due on Friday." in files[f"notebooks/{path.name}"]
    assert notes == ()


def test_two_releases_have_the_same_bytes(bundle: Path, copy: Course, tmp_path: Path) -> None:
    release(copy, tmp_path / "elsewhere", zipped=True)
    first = bundle.with_name("bundle.zip").read_bytes()
    assert (tmp_path / "elsewhere.zip").read_bytes() == first
    release(copy, tmp_path / "elsewhere", zipped=True)  # over an earlier one
    assert (tmp_path / "elsewhere.zip").read_bytes() == first


def test_sha256sum_agrees(bundle: Path) -> None:
    command = ["sha256sum", "--strict", "--quiet", "-c", "manifest.sha256"]
    assert subprocess.run(command, cwd=bundle, check=False).returncode == 0


# -- the manifest -----------------------------------------------------------------------------


def manifest_of(files: dict[str, bytes]) -> dict[str, Any]:
    """Return the manifest of a bundle."""
    manifest: dict[str, Any] = json.loads(files["MANIFEST.json"])
    return manifest


def test_the_manifest_names_the_version_and_no_commit_without_git(bundle: Path) -> None:
    manifest = manifest_of(held(bundle))
    course = load_course(ROOT)
    points = sum(rule.points for rule in course.rules)
    assert manifest == {
        "course": "fastapi-clinic",
        "version": "0.1.0",
        "commit": None,
        "changed_since_commit": [],
        "lessons": [category.stem for category in course.categories],
        "points": points + sum(question.points for question in course.questions),
    }


def test_the_commit_is_named_and_what_has_changed_since(copy: Course) -> None:
    git(copy, "init", "-q")
    git(copy, "add", "-A")
    git(copy, "commit", "-qm", "all")
    commit = git(copy, "rev-parse", "HEAD")
    files, notes = learners_files(copy)
    assert (manifest_of(files)["commit"], notes) == (commit, ())
    work_in(copy)  # shipped lessons are released, so for learners nothing has changed
    assert manifest_of(learners_files(copy)[0])["changed_since_commit"] == []
    path = copy.notebooks / "05_api_design.ipynb"
    title = read_notebook(path).cells[0].source.splitlines()[0]
    path.write_text(path.read_text("utf-8").replace(title, f"{title} again"), "utf-8")
    (copy.root / "src/clinic/new_module.py").write_text("x = 1\n")
    with (copy.root / "Makefile").open("a") as makefile:
        makefile.write("# for authors\n")
    files, notes = learners_files(load_course(copy.root))
    changed = ["notebooks/05_api_design.ipynb", "src/clinic/new_module.py"]
    assert manifest_of(files)["changed_since_commit"] == changed
    assert notes[-1].startswith("different from the last commit, released as they are: notebooks/")


def test_a_repository_around_the_course_is_not_its_own(copy: Course) -> None:
    outer = Course(copy.root.parent, ())
    git(outer, "init", "-q")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "all")
    assert manifest_of(learners_files(copy)[0])["commit"] is None


# -- a part of the course ---------------------------------------------------------------------


def test_a_part_has_its_lessons_the_start_page_and_no_dead_link(
    copy: Course, tmp_path: Path
) -> None:
    released = release(copy, tmp_path / "out", notebooks=["14_development_debug"])
    part = find_course(tmp_path / "out")
    assert [category.stem for category in part.categories] == [
        "00_start_here",
        "14_development_debug",
    ]
    assert (released.lessons, released.rules) == (2, 2)
    assert dead_links(tmp_path / "out") == []
    assert "14_development_debug" in (tmp_path / "out/README.md").read_text("utf-8")
    assert "15_" not in (tmp_path / "out/README.md").read_text("utf-8")


def test_an_unknown_lesson_gets_the_list(copy: Course, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no lesson '02_x'\. The lessons are 00_start_here, 01_"):
        release(copy, tmp_path / "out", notebooks=["02_x.ipynb"])
    assert not (tmp_path / "out").exists()


def dead_links(bundle: Path) -> list[str]:
    """Return the links of README and lessons that lead to nothing in the bundle."""
    texts = {bundle / "README.md": (bundle / "README.md").read_text("utf-8")}
    for path in (bundle / "notebooks").iterdir():
        prose = (cell.source for cell in read_notebook(path).cells if cell.kind == "markdown")
        texts[path] = "\n".join(prose)
    return [
        link
        for path, text in texts.items()
        for link in LINK.findall(text)
        if not (path.parent / link).exists()
    ]


# -- where it may go --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("notebooks", "inside the course's own folders"),
        ("notebooks/out", "inside the course's own folders"),
        ("src/clinic/out", "inside the course's own folders"),
        ("solutions/out", "inside the course's own folders"),
        ("elsewhere/../tests/out", "inside the course's own folders"),
        (".", "holds the course itself"),
        ("..", "holds the course itself"),
        ("../out.zip", "clinic release FOLDER --zip"),
        ("Makefile", "is a file"),
        ("../mine", "holds something that is no release"),
    ],
)
def test_a_place_that_would_cost_something_is_refused_in_one_sentence(
    where: str,
    says: str,
    copy: Course,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(copy.root))
    monkeypatch.chdir(copy.root)
    (copy.root.parent / "mine").mkdir()
    (copy.root.parent / "mine/notes.txt").write_text("mine")
    before = held(copy.root.parent)
    assert cli.main(["release", where, "--zip"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert says in sentence
    assert held(copy.root.parent) == before


def test_a_linked_course_is_no_way_around(copy: Course, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(copy.notebooks)
    with pytest.raises(UsageError, match="inside the course's own folders"):
        release(copy, tmp_path / "link" / "out")


def test_a_release_that_somebody_worked_in_is_left_alone(copy: Course, tmp_path: Path) -> None:
    release(copy, tmp_path / "out")
    (tmp_path / "out/notebooks/progress.json").write_text("{}")
    with pytest.raises(UsageError, match=r"'notebooks/progress\.json' is not as it was released"):
        release(copy, tmp_path / "out")


def test_the_command_says_what_it_did(
    copy: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(copy.root))
    out = tmp_path / "out"
    assert cli.main(["release", str(out), "--notebook", "05_api_design", "--zip"]) == 0
    printed = capsys.readouterr()
    files = len(held(out))
    assert printed.out == (
        f"Released 2 lessons with 2 exercises ({files} files) in {out}, and as {out}.zip\n"
    )
    assert printed.err == ""


@pytest.mark.parametrize("name", ["LICENSE", "src/clinic", "pyproject.toml", "environment.yml"])
def test_a_course_that_lacks_a_part_is_one_sentence(
    name: str, copy: Course, tmp_path: Path
) -> None:
    path = copy.root / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(UsageError, match=name):
        release(copy, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# -- what a learner can do with it ------------------------------------------------------------


def test_the_command_lists_only_what_there_is(bundle: Path) -> None:
    printed = as_learner(bundle, "-m", "clinic", "--help").stdout
    assert re.findall(r"^    (\w+)", printed, re.MULTILINE) == ["rules", "lab"]
    listed = as_learner(bundle, "-m", "clinic", "rules", cwd=bundle / "notebooks")
    assert listed.stdout.count(" points)") == len(load_course(ROOT).rules)
    assert as_learner(bundle, "-m", "clinic", "check", "notebooks").returncode == 2


def test_every_module_of_the_bundle_can_be_imported(bundle: Path) -> None:
    modules = [path.stem for path in (bundle / "src/clinic").glob("[a-z]*.py")]
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    done = as_learner(bundle, "-c", code, *(f"clinic.{name}" for name in modules))
    assert (done.returncode, done.stderr) == (0, "")
    where = as_learner(bundle, "-c", "import clinic; print(clinic.__file__)").stdout
    assert Path(where.strip()).is_relative_to(bundle)


def test_make_offers_what_a_learner_needs(bundle: Path) -> None:
    printed = subprocess.run(["make"], cwd=bundle, capture_output=True, text=True, check=True)
    assert re.findall(r"^  make (\w+)", printed.stdout, re.MULTILINE) == [
        *("help", "env", "lab", "clean")
    ]
    for target in ("test", "lint", "tidy", "soak", "bench", "test-env"):
        command = ["make", "--dry-run", target]
        done = subprocess.run(command, cwd=bundle, capture_output=True, text=True, check=False)
        assert "No rule to make target" in done.stderr
    lab = ["make", "--dry-run", "lab", "PORT=9000"]
    done = subprocess.run(lab, cwd=bundle, capture_output=True, text=True, check=True)
    assert "-r .venv/pins.txt -e ." in done.stdout
    assert ".venv/bin/clinic lab --port 9000" in done.stdout


def test_the_project_has_nothing_of_the_tests_and_builds(bundle: Path) -> None:
    text = (bundle / "pyproject.toml").read_text("utf-8")
    assert "tests" not in text
    assert "[tool.pytest" not in text
    assert "labconfig/default_setting_overrides.json" in text
    for named in ("README.md", "LICENSE", "labconfig/default_setting_overrides.json"):
        assert named in text
        assert (bundle / named).is_file()


def test_the_readme_is_for_learners(bundle: Path) -> None:
    text = (bundle / "README.md").read_text("utf-8")
    assert dead_links(bundle) == []
    assert set(re.findall(r"\bmake (\w+)", text)) == {"lab"}
    for rule in load_course(ROOT).rules:
        assert f"| `{rule.id}` | {rule.title} | {rule.minutes} | {rule.points} |" in text
    assert text.count("Question in your own words") == len(load_course(ROOT).questions)
    assert not re.search(r"\{\w+\}|clinic check|mybinder|make test|For instructors", text)


def test_binder_builds_from_the_bundle(bundle: Path) -> None:
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Building conda environment for python=3.11" in done.stderr
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"' in done.stdout
    lines = yaml.safe_load((bundle / "environment.yml").read_text("utf-8"))["dependencies"]
    assert lines[-1]["pip"][-1] == "-e ."


@pytest.mark.parametrize("stem", ["00_start_here", "13_application_structure", "20_capstone"])
def test_a_lesson_of_the_bundle_runs(stem: str, bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle, tmp_path / "mine")
    lesson = tmp_path / "mine" / "notebooks" / f"{stem}.ipynb"
    options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={lesson.parent}"]
    nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=60"]
    done = as_learner(
        tmp_path / "mine", "-m", "pytest", *options, *nbval, str(lesson), cwd=lesson.parent
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_start_page_says_kindly_who_holds_the_checks(bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle, tmp_path / "mine")
    lesson = tmp_path / "mine/notebooks/00_start_here.ipynb"
    untouched = printed_by(lesson)
    assert "not attempted — the cell is as it was shipped" in untouched["first_repair-verify"]
    repair(lesson)
    repaired = printed_by(lesson)
    assert repaired["first_repair-watch"].startswith("201 Created")
    assert repaired["first_repair-verify"].startswith("Your instructor holds the checks")
    assert "your instructor has them" in repaired["first_repair-solution"]
    assert "Your instructor holds the checks" in repaired["progress"]
    assert not (lesson.parent / "progress.json").exists()


def repair(lesson: Path) -> None:
    """Type the repair of the start page into its exercise cell."""
    notebook = json.loads(lesson.read_text("utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "first_repair")
    text = "".join(cell["source"])
    cell["source"] = text.replace('("/orders")', '("/orders", status_code=201)')
    lesson.write_text(json.dumps(notebook), encoding="utf-8")


def printed_by(lesson: Path) -> dict[str, str]:
    """Run a lesson with the engine beside it; return what each cell printed or showed."""
    options = ["--to", "notebook", "--execute", "--stdout", str(lesson)]
    done = as_learner(lesson.parent.parent, "-m", "nbconvert", *options, cwd=lesson.parent)
    assert done.returncode == 0, done.stderr[-3000:]
    cells = json.loads(done.stdout)["cells"]
    return {cell["id"]: "".join(map(shown, cell.get("outputs", ()))) for cell in cells}


def shown(output: dict[str, Any]) -> str:
    """Return the plain text of one output."""
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return text if isinstance(text, str) else "".join(text)
