"""The judges of one process: handed from student to student, replaced, ended."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from graded import wait_for_app
from processes_of import all_end, command_of, descendants
from tiny_checks import ECHO, change_check, write_checks

from clinic.catalog import Course
from clinic.errors import MachineError
from clinic.grading.digests import check_digests, course_digest
from clinic.grading.worker import Bench, Job, end_run, judge_submission

pytestmark = pytest.mark.xdist_group("grade")

WRONG = ECHO.replace('{"number": number}', '{"number": -1}')


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_checks(tmp_path_factory.mktemp("course"))


@pytest.fixture
def bench(course: Course) -> Iterator[Bench]:
    bench = Bench(course)
    yield bench
    bench.close()


def judges() -> set[int]:
    return {pid for pid in descendants(os.getpid()) if "nbval" in command_of(pid)}


def outcome(answer: dict[str, list[dict[str, str]]], rule: str) -> str:
    return next(row["outcome"] for row in answer["verdicts"] if row["rule"] == rule)


def test_one_judge_serves_one_student_after_another_until_a_fresh_one_is_wanted(
    bench: Bench,
) -> None:
    before = judges()
    assert outcome(bench.judge(Job({"echo": ECHO}, "")), "echo") == "repaired"
    first = judges() - before
    assert outcome(bench.judge(Job({"echo": WRONG}, "")), "echo") == "not_yet"
    assert judges() - before == first
    assert outcome(bench.judge(Job({"echo": ECHO}, "", fresh=True)), "echo") == "repaired"
    second = judges() - before
    assert (len(first), len(second), first & second) == (1, 1, set())


def test_closing_ends_a_judge_in_the_middle_and_no_other_starts(course: Course) -> None:
    bench = Bench(course)
    answers: list[str] = []
    endless = Job({"echo": "import time\ntime.sleep(600)\n" + ECHO}, "")
    thread = threading.Thread(target=lambda: answers.append(outcome(bench.judge(endless), "echo")))
    thread.start()
    processes = wait_for_app(os.getpid())
    bench.close()
    thread.join()
    assert answers == ["could_not_tell"]
    assert all_end(processes)
    with pytest.raises(MachineError, match="stopped"):
        bench.judge(endless)


def test_a_worker_judges_with_its_own_course_if_that_is_the_same(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = judges()
    monkeypatch.setenv("CLINIC_COURSE", str(course.root))
    job = Job({"echo": ECHO}, course_digest(check_digests(course)), run="r")
    assert outcome(judge_submission(job), "echo") == "repaired"
    end_run("another run")
    assert judges() != before
    end_run("r")
    assert judges() == before
    refused = judge_submission(replace(job, course="of last year"))["refused"]
    assert "has other checks" in refused
    monkeypatch.setenv("CLINIC_COURSE", str(course.checks))
    assert "no notebooks" in judge_submission(job)["refused"]


def test_an_edited_check_on_the_worker_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = write_checks(tmp_path)
    monkeypatch.setenv("CLINIC_COURSE", str(tmp_path))
    job = Job({"echo": ECHO}, course_digest(check_digests(course)), run="r")
    change_check(course, "the word comes back", "a word comes back")
    assert "refused" in judge_submission(job)
