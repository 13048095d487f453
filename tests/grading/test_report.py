"""A result in plain text."""

from __future__ import annotations

from clinic.grading.report import report
from clinic.grading.results import RuleResult
from clinic.verdict import Fact, Outcome, Verdict

FACTS = (
    Fact("it answers", met=True),
    Fact("it answers 201", met=False, seen="POST answered\x1b[31m 200\n\n.", next_step="say 201."),
    Fact("it is quick", met=False, extra=True),
)


def test_facts_stand_with_what_was_seen_and_what_to_do() -> None:
    verdict = Verdict("pair", Outcome.NOT_YET, FACTS)
    assert report(RuleResult(verdict, 2.5, 10)) == (
        "pair: not yet (2.5 of 10 points)\n"
        "  yes  it answers\n"
        "  no   it answers 201\n"
        "       seen: POST answered 200 .\n"
        "       next: say 201.\n"
        "  no   extra: it is quick\n"
    )


def test_what_was_not_attempted_has_no_facts() -> None:
    verdict = Verdict("pair", Outcome.NOT_ATTEMPTED, FACTS)
    assert report(RuleResult(verdict, 0.0, 10)) == (
        "pair: not attempted, the cell is missing or as it was shipped (0 of 10 points)\n"
    )


def test_a_reason_is_one_line() -> None:
    verdict = Verdict("pair", Outcome.NOT_YET, (), reason="SyntaxError:\nline 3")
    assert report(RuleResult(verdict, 0.0, 10)).splitlines() == [
        "pair: not yet (0 of 10 points)",
        "       SyntaxError: line 3",
    ]
