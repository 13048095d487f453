"""Grading a class: what changed is judged, what holds is kept, nothing is lost."""

from __future__ import annotations

import contextlib
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from paper import BrokenWorkforce, PaperWorkforce, RefusingWorkforce, notebook_bytes, on_paper
from tiny_checks import ECHO, NOTEBOOK, SHIPPED, change_check, write_checks

from clinic.catalog import Course, load_course
from clinic.errors import MachineError, UsageError
from clinic.grading import gradebook
from clinic.grading.output_folder import OutputFolder, output_folder
from clinic.grading.plan import syllabus
from clinic.grading.results import ResultStore, StudentResult
from clinic.grading.run import Progress, Report, grade, grade_class
from clinic.grading.submissions import HandedInFile, Submission
from clinic.nbval_run import Judge
from clinic.verdict import Outcome

TOLD = Outcome.COULD_NOT_TELL


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return write_checks(tmp_path / "course")


@pytest.fixture
def out(tmp_path: Path) -> Iterator[OutputFolder]:
    with output_folder(tmp_path / "out", tmp_path / "class") as folder:
        yield folder


class Noting(Progress):
    """Keeps what the run tells."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)


def grade_on_paper(
    course: Course,
    out: OutputFolder,
    submissions: Sequence[Submission],
    *,
    rules: Sequence[str] | None = None,
    regrade: bool = False,
    workforce: PaperWorkforce | None = None,
    progress: Progress | None = None,
) -> tuple[Report, PaperWorkforce]:
    with contextlib.closing(workforce or PaperWorkforce()) as force:
        subject = syllabus(course, rules, None)
        report = grade_class(subject, submissions, out, force, regrade=regrade, progress=progress)
        return report, force


def outcomes(result: StudentResult | None) -> dict[str, str]:
    assert result is not None
    return {row.verdict.rule: row.verdict.outcome.value for row in result.rules}


def contents(out: OutputFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.store.folder.glob("*.json")}


def points(out: OutputFolder, key: str, rule: str) -> float:
    result = out.store.load(key)
    assert result is not None
    return next(row.points for row in result.rules if row.verdict.rule == rule)


def test_every_student_gets_a_row_for_every_rule(course: Course, out: OutputFolder) -> None:
    class_ = [
        on_paper("ada", {"echo": "right", "package": "wrong"}),
        on_paper("bob", {}),
        Submission("Cy", "cy", (HandedInFile("a.ipynb", lambda: b"{"),), notes=("late file",)),
        on_paper("dan", {"echo": SHIPPED.format(rule="echo"), "nonsense": "right"}),
    ]
    report, _ = grade_on_paper(course, out, class_)
    assert (report.graded, report.exercises, report.kept) == (1, 2, 3)
    assert outcomes(out.store.load("ada")) == {
        rule.id: "not_attempted" for rule in course.rules
    } | {
        "echo": "repaired",
        "package": "not_yet",
    }
    for key in ("bob", "cy", "dan"):
        result = out.store.load(key)
        assert set(outcomes(result).values()) == {"not_attempted"}
    cy = out.store.load("cy")
    assert cy is not None
    assert cy.notes[0] == "late file"
    assert len(cy.notes) == 2, "that the notebook could not be read"


def test_a_reader_that_fails_costs_its_own_student_only(course: Course, out: OutputFolder) -> None:
    def explode() -> bytes:
        raise RuntimeError("odd bytes")

    odd = Submission("Odd", "odd", (HandedInFile("a.ipynb", explode),))
    grade_on_paper(course, out, [odd, on_paper("ada", {"echo": "right"})])
    result = out.store.load("odd")
    assert result is not None
    assert "odd bytes" in result.notes[0]
    assert outcomes(out.store.load("ada"))["echo"] == "repaired"


def test_a_second_run_judges_nothing_and_writes_nothing(course: Course, out: OutputFolder) -> None:
    class_ = [on_paper(f"s{n}", {"echo": f"half {n}", "noisy": "right"}) for n in range(20)]
    grade_on_paper(course, out, class_)
    before = contents(out)
    times = {path: path.stat().st_mtime_ns for path in out.store.folder.iterdir()}
    report, force = grade_on_paper(course, out, class_)
    assert (report.graded, report.kept, force.jobs) == (0, 20, [])
    assert contents(out) == before
    assert {path: path.stat().st_mtime_ns for path in out.store.folder.iterdir()} == times


def test_only_the_exercise_that_changed_is_judged_again(course: Course, out: OutputFolder) -> None:
    grade_on_paper(course, out, [on_paper("ada", {"echo": "wrong", "noisy": "right"})])
    seed = _seed(out, "ada", "noisy")
    _, force = grade_on_paper(course, out, [on_paper("ada", {"echo": "right", "noisy": "right"})])
    assert [list(job.sources) for job in force.jobs] == [["echo"]]
    assert outcomes(out.store.load("ada"))["echo"] == "repaired"
    assert _seed(out, "ada", "noisy") == seed


def _seed(out: OutputFolder, key: str, rule: str) -> str:
    result = out.store.load(key)
    assert result is not None
    return next(row.verdict.seed for row in result.rules if row.verdict.rule == rule)


def test_an_edit_of_one_check_costs_that_rule_of_all_students(
    course: Course, out: OutputFolder
) -> None:
    class_ = [on_paper(name, {"package": "right", "noisy": "right"}) for name in ("ada", "bob")]
    grade_on_paper(course, out, class_)
    change_check(course, "the word comes back", "a word comes back")
    _, force = grade_on_paper(course, out, class_)
    students = [job for job in force.jobs if "right" in "".join(job.sources.values())]
    assert [list(job.sources) for job in students] == [["package"], ["package"]]


def test_regrade_judges_everything_anew(course: Course, out: OutputFolder) -> None:
    class_ = [on_paper("ada", {"echo": "right"})]
    grade_on_paper(course, out, class_)
    seed = _seed(out, "ada", "echo")
    report, _ = grade_on_paper(course, out, class_, regrade=True)
    assert report.graded == 1
    assert _seed(out, "ada", "echo") != seed


def test_some_rules_are_graded_and_valid_results_of_others_stay(
    course: Course, out: OutputFolder
) -> None:
    class_ = [on_paper("ada", {"echo": "right", "noisy": "right", "package": "right"})]
    grade_on_paper(course, out, class_, rules=["echo"])
    assert outcomes(out.store.load("ada")) == {"echo": "repaired"}
    grade_on_paper(course, out, class_, rules=["noisy"])
    assert outcomes(out.store.load("ada")) == {"echo": "repaired", "noisy": "repaired"}
    changed = [on_paper("ada", {"echo": "wrong", "noisy": "right", "package": "right"})]
    grade_on_paper(course, out, changed, rules=["package"])
    assert outcomes(out.store.load("ada")) == {"noisy": "repaired", "package": "repaired"}
    with pytest.raises(UsageError, match="did you mean 'echo'"):
        grade_on_paper(course, out, class_, rules=["ecco"])


def test_what_was_not_attempted_stays_so_when_other_rules_are_graded(
    course: Course, out: OutputFolder
) -> None:
    class_ = [on_paper("ada", {"echo": "right"})]
    grade_on_paper(course, out, class_)
    before = contents(out)
    grade_on_paper(course, out, class_, rules=["package"])
    assert contents(out) == before
    grade_on_paper(course, out, [on_paper("ada", {"noisy": "right"})], rules=["package"])
    graded = outcomes(out.store.load("ada"))
    assert "noisy" not in graded, "it was attempted meanwhile, and nobody has judged it"
    assert graded["package"] == "not_attempted"


def test_what_could_not_be_told_is_tried_exactly_once_more_and_again_next_time(
    course: Course, out: OutputFolder
) -> None:
    class_ = [
        on_paper("ada", {"echo": "unclear", "noisy": "right"}),
        on_paper("bob", {"echo": "right"}),
    ]
    for _ in range(2):
        notes = Noting()
        report, force = grade_on_paper(course, out, class_, progress=notes)
        assert report.unsettled == [("ada", "echo", "Who knows.")]
        unclear = [job for job in force.jobs if "unclear" in job.sources.get("echo", "")]
        assert [job.fresh for job in unclear] == [False, True]
        assert list(unclear[1].sources) == ["echo"], "the other verdict holds"
        assert "Trying again" in notes.notes[0]
    ada = out.store.load("ada")
    assert ada is not None
    tries = {row.verdict.rule: row.tries for row in ada.rules if row.digest}
    assert tries == {"echo": 2, "noisy": 1}
    assert ada.points == 10


def test_partial_credit_counts_from_what_the_shipped_app_meets(
    course: Course, out: OutputFolder
) -> None:
    _ship(course, "echo", "half")
    _ship(course, "noisy", "wrong")
    _ship(course, "package", "unclear")
    course = load_course(course.root)
    texts = dict.fromkeys(("echo", "noisy", "package"), "half, changed")
    notes = Noting()
    class_ = [on_paper(name, texts) for name in ("ada", "bob", "cy")]
    _, force = grade_on_paper(course, out, class_, progress=notes)
    assert points(out, "ada", "echo") == 0, "that much was there already"
    assert points(out, "ada", "noisy") == 5
    assert points(out, "ada", "package") == 0, "nobody knows what was there"
    assert [note.split()[5] for note in notes.notes] == ["package"]
    shipped = [job.sources for job in force.jobs if "changed" not in str(job.sources)]
    assert Counter(rule for sources in shipped for rule in sources) == {
        "echo": 1,
        "noisy": 1,
        "package": 2,  # once more, by a fresh judge
    }


def test_a_shipped_app_that_can_be_told_later_gives_its_points_then(
    course: Course, out: OutputFolder
) -> None:
    class_ = [on_paper("ada", {"echo": "half"})]
    grade_on_paper(course, out, class_, workforce=_Forgetful())
    assert points(out, "ada", "echo") == 0
    _, force = grade_on_paper(course, out, class_)
    assert points(out, "ada", "echo") == 5
    assert sum(force.judged.values()) == 1, "the shipped app, and not the student"


class _Forgetful(PaperWorkforce):
    def submit(self, job):  # type: ignore[no-untyped-def]
        told = {r: t if "half" in t else f"{t}unclear" for r, t in job.sources.items()}
        return super().submit(replace(job, sources=told))


def _ship(course: Course, rule: str, word: str) -> None:
    """Make the text of an exercise, as it is shipped, one that the paper judge understands."""
    path = course.notebooks / NOTEBOOK
    title = f'title=\\"{rule}\\"'
    text = path.read_text("utf-8")
    assert title in text
    path.write_text(text.replace(title, f'title=\\"{word}\\"'), "utf-8")


def test_students_who_left_are_kept_and_told(course: Course, out: OutputFolder) -> None:
    grade_on_paper(course, out, [on_paper(name, {"echo": "right"}) for name in ("ada", "bob")])
    report, _ = grade_on_paper(course, out, [on_paper("bob", {"echo": "right"})])
    assert report.absent == ["ada"]
    assert out.store.load("ada") is not None


def test_jobs_that_a_worker_loses_are_judged_all_the_same(
    course: Course, out: OutputFolder
) -> None:
    class_ = [on_paper(f"s{number}", {"echo": "right"}) for number in range(10)]
    report, _ = grade_on_paper(course, out, class_, workforce=PaperWorkforce(lose=4))
    assert report.graded == 10
    assert {outcomes(result)["echo"] for result in out.store.all()} == {"repaired"}


def test_a_machine_that_must_not_judge_stops_the_run_with_its_sentence(
    course: Course, out: OutputFolder
) -> None:
    class_ = [on_paper("ada", {"echo": "right"})]
    with pytest.raises(MachineError, match="nowhere cannot grade"):
        grade_on_paper(course, out, class_, workforce=RefusingWorkforce())
    with pytest.raises(MachineError, match="is lost"):
        grade_on_paper(course, out, class_, workforce=BrokenWorkforce())
    assert out.store.all() == []


@pytest.mark.parametrize("threads", [1, 3])
def test_few_submissions_are_in_memory_at_once(
    course: Course, out: OutputFolder, threads: int
) -> None:
    read: list[str] = []
    ahead: list[int] = []

    def reader(key: str) -> bytes:
        read.append(key)
        ahead.append(len(read) - len(list(out.store.folder.glob("*.json"))))
        return notebook_bytes({"echo": f"right {key}"})

    class_ = [
        Submission(key, key, (HandedInFile("a.ipynb", lambda key=key: reader(key)),))  # type: ignore[misc]
        for key in (f"s{number}" for number in range(60))
    ]
    grade_on_paper(course, out, class_, workforce=PaperWorkforce(threads))
    assert len(read) == 60, "each is read once"
    assert max(ahead) <= 2 * threads + 1


# stopping and going on


DRIVER = """
import sys
from pathlib import Path
from paper import PaperWorkforce, on_paper
from clinic.catalog import load_course
from clinic.grading.output_folder import output_folder
from clinic.grading.plan import syllabus
from clinic.grading.run import grade_class

root = Path(sys.argv[1])
words = ("right", "wrong", "half", "unclear")
class_ = [
    on_paper(f"s{n:02}", {"echo": f"{words[n % 4]} {n}", "noisy": f"half {n}"}) for n in range(40)
]
with output_folder(root / "out", root / "class") as out:
    print("go", flush=True)
    force = PaperWorkforce()
    grade_class(syllabus(load_course(root / "course"), None, None), class_, out, force)
    force.close()
"""


def test_kills_at_random_moments_lose_nothing_and_judge_nothing_twice(
    course: Course, tmp_path: Path
) -> None:
    store = OutputFolder(tmp_path / "out").store
    settled: dict[str, bytes] = {}
    for kill in range(21):
        run = _drive(tmp_path)
        assert run.stdout is not None
        assert run.stdout.readline() == b"go\n"
        if kill < 20:
            _wait_for_files(store.folder, len(settled) + random.randrange(4), run)
            time.sleep(random.random() * 0.05)
            run.kill()
        run.communicate()
        now = {r.key: (store.folder / f"{r.key}.json").read_bytes() for r in store.all()}
        assert len(now) == len(list(store.folder.glob("*.json"))), "every file is whole"
        assert {key: now[key] for key in settled} == settled, "what was settled is not touched"
        settled = {key: now[key] for key in now if b'"could_not_tell"' not in now[key]}
    assert run.returncode == 0
    assert len(store.all()) == 40
    assert {row.tries for r in store.all() for row in r.rules if row.verdict.outcome is TOLD} == {
        2
    }
    assert list((tmp_path / "out").rglob(".*.tmp")) == []
    assert _gradebook(course, store) == _gradebook_of_a_run_without_kills(course, tmp_path)


def _gradebook(course: Course, store: ResultStore) -> dict[str, bytes]:
    """Return what people read of a class, without the moment of judging."""
    out = store.folder.parent
    gradebook.write(out, course, store.all())
    pages = [out / "gradebook.csv", out / "index.html", *(out / "feedback").iterdir()]
    moment = re.compile(rb"Judged [-+:T0-9]+")
    return {str(page.relative_to(out)): moment.sub(b"", page.read_bytes()) for page in pages}


def _gradebook_of_a_run_without_kills(course: Course, root: Path) -> dict[str, bytes]:
    (root / "out").rename(root / "killed")
    run = _drive(root)
    run.communicate()
    assert run.returncode == 0
    return _gradebook(course, OutputFolder(root / "out").store)


def _drive(root: Path) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(root)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
    )


def _wait_for_files(folder: Path, number: int, run: subprocess.Popen[bytes]) -> None:
    while len(list(folder.glob("*.json"))) < number and run.poll() is None:
        time.sleep(0.001)


class Stopping(Progress):
    """Stops the run after some students, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.left = after

    def advance(self) -> None:
        self.left -= 1

    def refresh(self) -> None:
        if self.left <= 0:
            raise KeyboardInterrupt


def test_a_run_that_is_stopped_goes_on_where_it_was(course: Course, out: OutputFolder) -> None:
    class_ = [on_paper(f"s{number}", {"echo": "right"}) for number in range(30)]
    with pytest.raises(KeyboardInterrupt):
        grade_on_paper(course, out, class_, progress=Stopping(7))
    before = contents(out)
    assert 7 <= len(before) < 30
    report, _ = grade_on_paper(course, out, class_)
    assert report.graded == 30 - len(before)
    assert before.items() <= contents(out).items()


# the plain function


@pytest.mark.xdist_group("grade")
def test_one_notebook_is_graded_without_any_folder_and_its_seed_replays_it(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = ECHO.replace('return {"number": number}', 'return {"number": f"it was {number}"}')
    notebook = notebook_bytes({"echo": telling, "package": "app = 7"})
    result = grade(notebook, course, rules=["echo", "package", "noisy"], sandboxed=False)
    assert outcomes(result) == {
        "echo": "not_yet",
        "package": "not_yet",
        "noisy": "not_attempted",
    }
    assert (result.points, result.possible, result.sandboxed) == (0, 30, False)
    (echo,) = [row.verdict for row in result.rules if row.verdict.rule == "echo"]
    assert "it was" in echo.facts[0].seen
    monkeypatch.setenv("CLINIC_SEED", echo.seed)
    with Judge(course, NOTEBOOK) as judge:
        (again,) = judge.run({"echo": f"# exercise: echo\n{telling}"})
    assert again.facts == echo.facts
    assert (again.seed, again.outcome) == (echo.seed, echo.outcome)


def test_one_notebook_that_is_none_says_so(course: Course) -> None:
    result = grade(b"no notebook", course, sandboxed=False)
    assert result.points == 0
    assert len(result.notes) == 1
