"""The check notebooks as plain nbval notebooks, and the plugin that lets nbval wait for jobs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes_of import command_of, descendants
from tiny_checks import ECHO, NOTEBOOK, write_checks

from clinic.catalog import Category, load_course
from clinic.nbval_plugin import NO_HISTORY, imports_of
from clinic.nbval_run import Judge

ROOT = Path(__file__).resolve().parent.parent
CHECKS = "tests/checks/01_async_concurrency.ipynb"
RULE = "async_endpoints"
COURSE = load_course(ROOT)
RULES = sum(rule.notebook == Path(CHECKS).name for rule in COURSE.rules)

pytestmark = pytest.mark.xdist_group("nbval_plugin")


def nbval(*arguments: str, submission: str = "", cwd: Path = ROOT) -> tuple[int, str]:
    """Run the documented command; return its exit status and pytest's summary line."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "CLINIC"))}
    if submission:
        environment["CLINIC_SUBMISSION"] = submission
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def counts(summary: str) -> dict[str, int]:
    return {
        word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", summary)
    }


def each_category() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("category", COURSE.categories, ids=lambda c: c.notebook)


@each_category()
def test_the_checks_pass_as_they_stand(category: Category) -> None:
    status, summary = nbval(f"tests/checks/{category.notebook}")
    assert (status, counts(summary)) == (0, {"passed": len(category.rules)})


@each_category()
def test_the_lessons_as_shipped_fail_one_item_per_rule(category: Category) -> None:
    status, summary = nbval(f"tests/checks/{category.notebook}", submission="notebooks")
    assert (status, counts(summary)) == (1, {"failed": len(category.rules)})


@pytest.mark.parametrize("kind", ["notebook", "folder", "file"])
def test_another_submission_is_judged_from_a_relative_path(kind: str, tmp_path: Path) -> None:
    """A notebook with one repair, a folder of such, and the text of one exercise alone."""
    status, summary = nbval(CHECKS, submission=_handed_in(kind, tmp_path))
    assert (status, counts(summary)) == (1, {"failed": RULES - 1, "passed": 1})


def _handed_in(kind: str, folder: Path) -> str:
    """Write a submission that repairs one rule; return its path, relative to the repository."""
    source = (ROOT / "tests" / "attempts" / RULE / "right_def.py").read_text("utf-8")
    if kind == "file":
        path = folder / "answer.py"
        path.write_text(source, "utf-8")
    else:
        path = folder / Path(CHECKS).name
        shutil.copy(ROOT / "notebooks" / path.name, path)
        _replace_cell(path, source)
    return os.path.relpath(path.parent if kind == "folder" else path, ROOT)


def _replace_cell(path: Path, source: str) -> None:
    document = json.loads(path.read_text("utf-8"))
    (cell,) = [cell for cell in document["cells"] if cell["id"] == RULE]
    cell["source"] = source
    path.write_text(json.dumps(document), "utf-8")


def test_a_submission_that_is_not_there_is_one_sentence() -> None:
    status, said = nbval(CHECKS, submission="nowhere.ipynb")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert (
        said
        == "ERROR: CLINIC_SUBMISSION names 'nowhere.ipynb', and there is no such file or folder."
    )


def test_the_kernel_of_a_judge_is_spoken_to_through_files(tmp_path: Path) -> None:
    """An app shares its loopback; it must not find a kernel there."""
    course = write_checks(tmp_path)
    with Judge(course, NOTEBOOK) as judge:
        judge.run({"echo": ECHO})
        assert judge._run is not None
        folder = judge._run.folder
        commands = [command_of(pid).split() for pid in descendants(judge._run.process.pid)]
        (kernel,) = [command for command in commands if "ipykernel_launcher" in command]
        assert kernel[-1] == NO_HISTORY
        told = json.loads(Path(kernel[kernel.index("-f") + 1]).read_text())
        assert (told["transport"], told["ip"]) == ("ipc", f"{folder}/k")
        assert [path for path in folder.iterdir() if path.is_socket()]
    assert not [path for path in course.checks.iterdir() if path.is_socket()]


def test_a_conftest_beside_the_checks_is_not_the_judges(tmp_path: Path) -> None:
    course = write_checks(tmp_path)
    (course.checks / "conftest.py").write_text("raise SystemExit('loaded')")
    with Judge(course, NOTEBOOK) as judge:
        (verdict,) = judge.run({"echo": ECHO})
    assert verdict.outcome == "repaired"


def test_what_checks_import_is_imported_ahead() -> None:
    first = "# check: a\nimport json\nfrom clinic.checking import fact\n\nif True:\n    import os"
    second = "# check: b\nimport json\nprint(json)"
    assert imports_of([first, second]) == ["from clinic.checking import fact", "import json"]
