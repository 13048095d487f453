"""What a check found: facts, each met or not, and the outcome that follows from them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Outcome(enum.StrEnum):
    """The four ways in which a check can end."""

    REPAIRED = "repaired"
    NOT_YET = "not_yet"
    NOT_ATTEMPTED = "not_attempted"
    COULD_NOT_TELL = "could_not_tell"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that must be true of a repaired app, as a client sees it from outside.

    ``seen`` says in words what the client saw, ``next_step`` what to try next; both may be empty.
    An ``extra`` fact is beyond the rule: it never decides the outcome.
    """

    text: str
    met: bool
    extra: bool = False
    seen: str = ""
    next_step: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the three public keys of ``clinic check --json``."""
        return {"text": self.text, "met": self.met, "extra": self.extra}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one rule's check; ``seconds`` is the wall time that it took.

    ``seed`` is that of the check's random inputs: ``CLINIC_SEED`` set to it replays the check.
    """

    rule: str
    outcome: Outcome
    facts: tuple[Fact, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    seed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the row of ``clinic check --json``; ``reason`` only where there is one."""
        row: dict[str, Any] = {
            "rule": self.rule,
            "outcome": self.outcome.value,
            "facts": [fact.to_json() for fact in self.facts],
            "seconds": round(self.seconds, 3),
        }
        return row | ({"reason": self.reason} if self.reason else {})

    @property
    def core(self) -> tuple[Fact, ...]:
        """The facts that decide."""
        return tuple(fact for fact in self.facts if not fact.extra)


def judge_facts(facts: tuple[Fact, ...]) -> Outcome:
    """Return ``REPAIRED`` where there are core facts and all are met, else ``NOT_YET``."""
    core = [fact.met for fact in facts if not fact.extra]
    return Outcome.REPAIRED if core and all(core) else Outcome.NOT_YET


def fact_from_json(row: Mapping[str, Any]) -> Fact:
    """Return the fact that a check process wrote to its report."""
    return Fact(
        text=str(row["text"]),
        met=bool(row["met"]),
        extra=bool(row.get("extra", False)),
        seen=str(row.get("seen", "")),
        next_step=str(row.get("next_step", "")),
    )
