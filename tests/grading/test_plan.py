"""What is to be done for a student, and what the result of it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from paper import on_paper
from tiny_checks import FACTS, SHIPPED, write_checks

from clinic.catalog import Course
from clinic.errors import CourseError, UsageError
from clinic.grading.baseline import Baseline
from clinic.grading.plan import Judged, Syllabus, make_plan, settle, syllabus
from clinic.grading.results import StudentResult
from clinic.grading.sandbox import Enclosure
from clinic.grading.submissions import Submission
from clinic.verdict import Fact, Outcome, Verdict


@pytest.fixture
def subject(tmp_path: Path) -> Syllabus:
    return syllabus(write_checks(tmp_path), None, None)


ADA = on_paper("ada", {"echo": "app = 1", "noisy": SHIPPED.format(rule="noisy"), "odd": "x = 1"})


def graded(subject: Syllabus, submission: Submission, *met: bool) -> StudentResult:
    facts = tuple(Fact(text, met=yes) for text, yes in zip(FACTS, met, strict=True))
    plan = make_plan(subject, submission, None, regrade=False)
    verdict = Verdict("echo", Outcome.NOT_YET, facts, seed="7")
    return settle(subject, plan, Judged([verdict], 1.5), Baseline(subject.at_start))


def test_only_texts_that_were_changed_go_to_a_judge(subject: Syllabus) -> None:
    plan = make_plan(subject, ADA, None, regrade=False)
    assert plan.to_judge == ("echo",)
    assert set(plan.known) == set(subject.rules) - {"echo"}


def test_a_verdict_holds_while_nothing_of_what_it_depends_on_changes(subject: Syllabus) -> None:
    stored = graded(subject, ADA, False, False)
    assert make_plan(subject, ADA, stored, regrade=False).to_judge == ()
    assert make_plan(subject, ADA, stored, regrade=True).to_judge == ("echo",)
    other = on_paper("ada", {"echo": "app = 2"})
    assert make_plan(subject, other, stored, regrade=False).to_judge == ("echo",)
    unsafe = stored
    safe = replace(subject, enclosure=Enclosure("/usr/bin/bwrap"))
    assert make_plan(safe, ADA, unsafe, regrade=False).to_judge == ("echo",)


def test_where_bubblewrap_stands_changes_no_digest_but_its_limits_do(subject: Syllabus) -> None:
    here = replace(subject, enclosure=Enclosure("/usr/bin/bwrap"))
    there = replace(subject, enclosure=Enclosure("/opt/bwrap"))
    assert here.digest("echo", "x") == there.digest("echo", "x")
    assert here.digest("echo", "x") != subject.digest("echo", "x")


def test_a_result_without_new_verdicts_keeps_its_date(subject: Syllabus) -> None:
    stored = replace(graded(subject, ADA, False, False), graded_at="2020-01-01T00:00:00+00:00")
    moved = replace(ADA, ids={"canvas": "7"}, late=True)
    again = make_plan(subject, moved, stored, regrade=False)
    result = settle(subject, again, None, Baseline(subject.at_start))
    assert (result.graded_at, result.seconds) == (stored.graded_at, 1.5)
    assert (result.ids, result.late, result.digest) == ({"canvas": "7"}, True, stored.digest)
    assert result.rules == stored.rules


def test_an_empty_syllabus_and_an_unknown_rule_are_refused(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no check for first_rule"):
        syllabus(course, None, None)
    with pytest.raises(UsageError, match="no rule 'ecco'"):
        syllabus(write_checks(tmp_path / "tiny"), ["ecco"], None)
