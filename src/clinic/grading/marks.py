"""What a student ends up with: judged points, a person's scores, and what being late costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinic.grading.lateness import Lateness
from clinic.grading.manual import Scored
from clinic.grading.results import RuleResult, StudentResult
from clinic.grading.texts import NAME, line
from clinic.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Mark:
    """One student's result with everything that people added to it."""

    result: StudentResult
    scores: tuple[Scored, ...] = ()
    lateness: Lateness | None = None

    @property
    def automatic(self) -> float:
        """The points for exercises."""
        return self.result.points

    @property
    def manual(self) -> float:
        """The points that a person gave for answers, so far."""
        return round(sum(scored.score or 0.0 for scored in self.scores), 2)

    @property
    def penalty(self) -> float:
        """The points that being late takes away."""
        percent = self.lateness.penalty_percent if self.lateness else 0.0
        return round((self.automatic + self.manual) * percent / 100, 2)

    @property
    def total(self) -> float:
        """What remains, of :attr:`possible`."""
        return round(max(self.automatic + self.manual - self.penalty, 0.0), 2)

    @property
    def possible(self) -> int:
        """The points of a perfect submission, answers included."""
        return self.result.possible + sum(scored.question.points for scored in self.scores)

    @property
    def late(self) -> bool | None:
        """Whether it was late: what the instructor's file says, else what the platform said."""
        return self.result.late if self.lateness is None else self.lateness.is_late

    @property
    def untold(self) -> tuple[RuleResult, ...]:
        """The exercises on which there is no verdict, by our fault."""
        return tuple(r for r in self.result.rules if _outcome(r) is Outcome.COULD_NOT_TELL)

    @property
    def waiting(self) -> tuple[Scored, ...]:
        """The answers that a person has yet to score."""
        return tuple(scored for scored in self.scores if scored.waiting)

    @property
    def attempted(self) -> bool:
        """Tell whether any exercise was changed."""
        return any(_outcome(rule) is not Outcome.NOT_ATTEMPTED for rule in self.result.rules)


def marks(
    results: Sequence[StudentResult],
    scores: Mapping[str, tuple[Scored, ...]],
    late: Mapping[str, Lateness],
) -> tuple[list[Mark], list[str]]:
    """Return the marks, ordered by name, and a sentence for each name in ``late`` that fits none.

    A name in ``late`` is a student's key, name, or any id of a learning platform.
    """
    ordered = sorted(results, key=lambda result: (_folded(result.student), result.key))
    late_by_key, sentences = _late_by_key(ordered, late)
    found = [
        Mark(result, scores.get(result.key, ()), late_by_key.get(result.key)) for result in ordered
    ]
    return found, sentences


def _late_by_key(
    results: Sequence[StudentResult], late: Mapping[str, Lateness]
) -> tuple[dict[str, Lateness], list[str]]:
    keys = {result.key: {result.key} for result in results}
    called: dict[str, set[str]] = {}
    for result in results:
        for name in (result.key, result.student, *result.ids.values()):
            called.setdefault(_folded(name), set()).add(result.key)
    found: dict[str, Lateness] = {}
    sentences = []
    for name, lateness in late.items():
        fitting = keys.get(name) or called.get(_folded(name), set())
        found |= dict.fromkeys(fitting, lateness) if len(fitting) == 1 else {}
        sentences += [] if len(fitting) == 1 else [_misfit(name, fitting)]
    return found, sentences


def _misfit(name: str, fitting: Iterable[str]) -> str:
    shown = line(name, NAME)
    if keys := ", ".join(sorted(line(key, NAME) for key in fitting)):
        return f"The late list names {shown}, whom several are called; write the key: {keys}."
    return f"The late list names {shown}, but no such student handed in."


def _folded(name: str) -> str:
    return line(name, NAME).casefold()


def _outcome(rule: RuleResult) -> Outcome:
    return rule.verdict.outcome
