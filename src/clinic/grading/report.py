"""The result of one exercise as a few lines of plain text, for platforms that show such."""

from __future__ import annotations

from collections.abc import Iterator

from clinic.grading.results import RuleResult
from clinic.grading.texts import line, number
from clinic.verdict import Fact, Outcome

_OUTCOMES = {
    Outcome.REPAIRED: "repaired",
    Outcome.NOT_YET: "not yet",
    Outcome.NOT_ATTEMPTED: "not attempted, the cell is missing or as it was shipped",
    Outcome.COULD_NOT_TELL: "could not tell; the fault is ours, tell your instructor",
}


def report(result: RuleResult) -> str:
    """Return outcome, points and facts; what a client saw is a stranger's text and made clean."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: RuleResult) -> Iterator[str]:
    verdict = result.verdict
    points = f"{number(result.points)} of {number(result.possible)} points"
    yield f"{verdict.rule}: {_OUTCOMES[verdict.outcome]} ({points})"
    if verdict.reason:
        yield f"       {line(verdict.reason)}"
    if verdict.outcome is not Outcome.NOT_ATTEMPTED:
        for fact in verdict.facts:
            yield from _fact_lines(fact)


def _fact_lines(fact: Fact) -> Iterator[str]:
    yield f"  {'yes' if fact.met else 'no':<3}  {'extra: ' * fact.extra}{line(fact.text)}"
    if fact.seen:
        yield f"       seen: {line(fact.seen)}"
    if fact.next_step:
        yield f"       next: {line(fact.next_step)}"
