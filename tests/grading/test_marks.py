"""Totals: judged points, a person's scores, what lateness costs, and whom it means."""

from __future__ import annotations

import random

from graded_class import result, rule_result

from clinic.catalog import Question
from clinic.grading.lateness import Lateness
from clinic.grading.manual import Scored
from clinic.grading.marks import Mark, marks
from clinic.verdict import Outcome

QUESTION = Question("01_async_concurrency", "Why?", 5)


def test_a_total_adds_up_and_never_leaves_its_range() -> None:
    source = random.Random()
    for _ in range(200):
        points = round(source.uniform(0, 10), 2)
        score = round(source.uniform(0, 5), 2)
        percent = source.choice([0, 100, source.uniform(0, 100)])
        mark = Mark(
            result("Ada", "ada", [rule_result("echo", Outcome.NOT_YET, points)]),
            (Scored(QUESTION, "so", score),),
            Lateness(1, percent),
        )
        assert abs(mark.automatic + mark.manual - mark.penalty - mark.total) < 0.005
        assert 0 <= mark.total <= mark.possible == 15


def test_the_instructor_knows_better_than_the_platform_who_was_late() -> None:
    said_late = result("Ada", "ada", late=True)
    assert Mark(said_late).late is True
    assert Mark(said_late, (), Lateness(0.0)).late is False
    assert Mark(result("Ada", "ada"), (), Lateness(None)).late is True
    assert Mark(result("Ada", "ada")).late is None


def test_an_answer_waits_for_a_person_but_no_answer_does_not() -> None:
    scores = (
        Scored(QUESTION, "so"),
        Scored(QUESTION, " \n"),
        Scored(QUESTION, "so", 0.0),
        Scored(QUESTION, "", None, "", "many", "it is no number"),
    )
    assert Mark(result("Ada", "ada"), scores).waiting == (scores[0], scores[3])


def test_late_students_are_found_by_key_name_or_id() -> None:
    results = [
        result("Ada Lovelace", "ada", ids={"canvas": "17"}),
        result("Bo", "bo-1"),
        result("Bo", "bo-2"),
    ]
    late = {
        "ADA  lovelace": Lateness(1, 10),
        "bo-2": Lateness(2, 20),
        "Bo": Lateness(3, 30),
        "Nobody\x1b[31m": Lateness(4, 40),
    }
    found, sentences = marks(results, {}, late)
    assert [mark.lateness for mark in found] == [Lateness(1, 10), None, Lateness(2, 20)]
    assert sentences == [
        "The late list names Bo, whom several are called; write the key: bo-1, bo-2.",
        "The late list names Nobody, but no such student handed in.",
    ]
    assert marks(results, {}, {"17": Lateness(1)})[0][0].lateness == Lateness(1)


def test_students_stand_in_the_order_of_their_names() -> None:
    results = [result("bo", "2"), result("Ada", "9"), result("Bo", "1")]
    assert [mark.result.key for mark in marks(results, {}, {})[0]] == ["9", "1", "2"]
