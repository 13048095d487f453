"""The page of one student: what it says, and what it must not say."""

from __future__ import annotations

import pytest
from graded_class import HOSTILE, hostile_student, result, rule_result
from page_reader import Reader

from clinic.catalog import Course, Question
from clinic.grading import feedback
from clinic.grading.lateness import Lateness
from clinic.grading.manual import Scored
from clinic.grading.marks import Mark
from clinic.grading.results import RuleResult
from clinic.verdict import Fact, Outcome, Verdict


def text(course: Course, mark: Mark) -> str:
    return " ".join(Reader(feedback.write(course, mark)).text.split())


def judged(outcome: Outcome, *facts: Fact, reason: str = "", points: float = 0.0) -> Mark:
    verdict = Verdict("second_rule", outcome, facts, reason=reason, seed="77123")
    return Mark(result("Ada", "ada", [RuleResult(verdict, points, 10)]))


MET = Fact("an order is answered 201", True, seen="POST answered 201.")
UNMET = Fact("requests overlap", False, seen="They took 3 s.", next_step="await the sleep.")
EXTRA = Fact("the answer is small", True, extra=True)


def test_what_is_open_comes_with_what_was_seen_and_the_next_step(course: Course) -> None:
    told = text(course, judged(Outcome.NOT_YET, MET, UNMET, EXTRA, points=5))
    assert "You have 5 of 10 points" in told
    assert "◐ partly" in told
    assert "✘ no requests overlap They took 3 s." in told
    assert "1 of 2 facts hold already ✔ yes an order is answered 201 POST answered 201." in told
    assert "the answer is small (beyond the rule)" in told
    assert "Next: await the sleep." in told
    assert "Lesson: 01_async_concurrency.ipynb , section “def or async def?”" in told
    assert "77123" not in told  # the seed would tell the inputs of the check


def test_a_repair_is_short(course: Course) -> None:
    told = text(course, judged(Outcome.REPAIRED, MET, points=10))
    assert "✔ repaired 10 of 10 points The one fact holds" in told
    assert "Next:" not in told


def test_an_app_that_did_not_start_comes_with_the_reason_first(course: Course) -> None:
    told = text(course, judged(Outcome.NOT_YET, UNMET, reason="SyntaxError: line 3"))
    assert told.index("SyntaxError: line 3") < told.index("requests overlap")
    assert "Next: mend that first" in told


def test_our_own_fault_is_called_ours(course: Course) -> None:
    told = text(course, judged(Outcome.COULD_NOT_TELL, UNMET, reason="The time ran out."))
    assert "The fault is ours, not yours." in told
    assert "nothing for you to do" in told
    assert "✘" not in told


def test_a_cell_as_shipped_shows_what_will_be_checked(course: Course) -> None:
    told = text(course, judged(Outcome.NOT_ATTEMPTED, UNMET))
    assert "○ not attempted 0 of 10 points The cell is missing, or as it was shipped." in told
    assert "What is checked · requests overlap" in told


def test_notes_scores_and_lateness_are_told(course: Course) -> None:
    question = Question("01_async_concurrency", "Why does it wait?", 5)
    mark = Mark(
        result(
            "Ada",
            "ada",
            [rule_result("second_rule", Outcome.REPAIRED, 10)],
            notes=("Cell 7 is a second copy of second_rule.",),
        ),
        (Scored(question, "One thread.", 3.5, "Which thread?", "3,5"),),
        Lateness(2, 10),
    )
    told = text(course, mark)
    assert "You have 12.15 of 15 points" in told
    assert "Exercises 10 of 10 Answers 3.5 of 5" in told
    assert "Handed in late by 2 days, 10 % of your points −1.35 Total 12.15 of 15" in told  # noqa: RUF001
    assert "Cell 7 is a second copy of second_rule." in told
    assert "Your answer 3.5 of 5 points Why does it wait? One thread." in told
    assert "Comment of your instructor: Which thread?" in told


def test_an_answer_that_nobody_read_yet_is_not_called_worth_nothing(course: Course) -> None:
    question = Question("01_async_concurrency", "Why does it wait?", 5)
    mark = Mark(result("Ada", "ada"), (Scored(question, "One thread."),))
    assert "Your answer not yet read, 5 points possible" in text(course, mark)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_stranger_becomes_markup(course: Course, hostile: str) -> None:
    question = Question("01_async_concurrency", hostile, 5)
    strange = hostile_student(course, 1, hostile)
    scores = (Scored(question, hostile, None, hostile, hostile, hostile),)
    plain = hostile_student(course, 1, "plain")
    plain_scores = (Scored(Question(question.category, "plain", 5), "plain", None, "plain"),)
    page = Reader(feedback.write(course, Mark(strange, scores)))
    model = Reader(feedback.write(course, Mark(plain, plain_scores)))
    if hostile.strip():
        assert page.tags == model.tags
    assert set(page.tags) <= set(model.tags)
    names = {name for name, _ in page.attributes}
    assert names <= {name for name, _ in model.attributes}
    assert not {name for name in names if name.startswith("on")}
    for name, value in page.attributes:
        if name in ("href", "src"):
            assert (value or "").startswith("#")
