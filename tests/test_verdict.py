"""Outcomes follow from core facts, and what is told to the outside has fixed keys."""

from __future__ import annotations

import dataclasses

import pytest

from clinic.verdict import Fact, Outcome, Verdict, fact_from_json, judge_facts

MET = Fact("it answers", met=True)
UNMET = Fact("it waits", met=False, seen="no answer", next_step="look at the loop")
BEYOND = Fact("it is quick", met=False, extra=True)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ((MET,), Outcome.REPAIRED),
        ((MET, BEYOND), Outcome.REPAIRED),
        ((MET, UNMET), Outcome.NOT_YET),
        ((BEYOND,), Outcome.NOT_YET),
        ((), Outcome.NOT_YET),
    ],
)
def test_core_facts_alone_decide(facts: tuple[Fact, ...], outcome: Outcome) -> None:
    assert judge_facts(facts) is outcome


def test_a_row_of_the_command_has_the_promised_keys_only() -> None:
    row = Verdict("a_rule", Outcome.NOT_YET, (MET, BEYOND), 1.23456).to_json()
    assert row == {
        "rule": "a_rule",
        "outcome": "not_yet",
        "facts": [
            {"text": "it answers", "met": True, "extra": False},
            {"text": "it is quick", "met": False, "extra": True},
        ],
        "seconds": 1.235,
    }


def test_a_reason_is_told_where_there_is_one() -> None:
    assert Verdict("a_rule", Outcome.COULD_NOT_TELL, reason="no kernel").to_json()["reason"]


def test_core_leaves_out_what_is_beyond_the_rule() -> None:
    assert Verdict("a_rule", Outcome.NOT_YET, (MET, BEYOND, UNMET)).core == (MET, UNMET)


@pytest.mark.parametrize("fact", [MET, UNMET, BEYOND])
def test_a_fact_survives_the_report_of_a_check(fact: Fact) -> None:
    assert fact_from_json(dataclasses.asdict(fact)) == fact


def test_an_extra_fact_that_is_met_makes_up_for_nothing() -> None:
    assert judge_facts((UNMET, dataclasses.replace(BEYOND, met=True))) is Outcome.NOT_YET
    assert judge_facts((dataclasses.replace(BEYOND, met=True),)) is Outcome.NOT_YET
