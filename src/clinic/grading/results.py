"""One student's result, its points, and the folder that keeps one file per student."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic.errors import MachineError
from clinic.verdict import Fact, Outcome, Verdict, fact_from_json


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The verdict on one exercise and the points that it earns, of ``possible``.

    ``tries`` is 2 where the first verdict was "could not tell".
    """

    verdict: Verdict
    points: float
    possible: int
    tries: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return the row of the result file."""
        verdict = self.verdict
        return {
            "rule": verdict.rule,
            "outcome": verdict.outcome.value,
            "points": self.points,
            "possible": self.possible,
            "facts": [_fact_to_json(fact) for fact in verdict.facts],
            "reason": verdict.reason,
            "seconds": round(verdict.seconds, 3),
            "seed": verdict.seed,
            "tries": self.tries,
        }


@dataclass(frozen=True, slots=True)
class StudentResult:
    """Everything that grading found out about one student.

    ``digest`` names what the result depends on: the submission's bytes, the checks and the
    versions. ``answers`` are the free texts that a person scores.
    """

    student: str
    key: str
    digest: str
    rules: tuple[RuleResult, ...]
    ids: Mapping[str, str] = field(default_factory=dict)
    late: bool | None = None
    notes: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    sandboxed: bool = True
    graded_at: str = ""
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """The sum over all exercises."""
        return round(sum(rule.points for rule in self.rules), 2)

    @property
    def possible(self) -> int:
        """The points that a perfect submission earns."""
        return sum(rule.possible for rule in self.rules)

    def to_json(self) -> dict[str, Any]:
        """Return the content of the student's result file."""
        return {
            "student": self.student,
            "key": self.key,
            "digest": self.digest,
            "points": self.points,
            "possible": self.possible,
            "ids": dict(self.ids),
            "late": self.late,
            "notes": list(self.notes),
            "answers": dict(self.answers),
            "sandboxed": self.sandboxed,
            "graded_at": self.graded_at,
            "seconds": round(self.seconds, 3),
            "rules": [rule.to_json() for rule in self.rules],
        }


def credit(verdict: Verdict, possible: int, at_start: frozenset[str]) -> float:
    """Return the points for a verdict: all for a repair, a share for some of its facts.

    Facts that the shipped app already met (``at_start``) earn nothing, and a submission that
    breaks them pays for each. So a useless change of the cell is worth nothing.
    """
    if verdict.outcome is Outcome.REPAIRED:
        return float(possible)
    if verdict.outcome is not Outcome.NOT_YET:
        return 0.0
    core = verdict.core
    won = sum(fact.met for fact in core) - sum(fact.text in at_start for fact in core)
    to_win = sum(fact.text not in at_start for fact in core)
    return round(possible * max(won, 0) / to_win, 2) if to_win else 0.0


def rule_result_from_json(row: Mapping[str, Any]) -> RuleResult:
    """Return what :meth:`RuleResult.to_json` wrote."""
    verdict = Verdict(
        rule=str(row["rule"]),
        outcome=Outcome(row["outcome"]),
        facts=tuple(fact_from_json(fact) for fact in row["facts"]),
        seconds=float(row["seconds"]),
        reason=str(row["reason"]),
        seed=str(row["seed"]),
    )
    return RuleResult(verdict, float(row["points"]), int(row["possible"]), int(row["tries"]))


def student_result_from_json(row: Mapping[str, Any]) -> StudentResult:
    """Return what :meth:`StudentResult.to_json` wrote."""
    return StudentResult(
        student=str(row["student"]),
        key=str(row["key"]),
        digest=str(row["digest"]),
        rules=tuple(rule_result_from_json(rule) for rule in row["rules"]),
        ids={str(name): str(value) for name, value in row["ids"].items()},
        late=row["late"],
        notes=tuple(map(str, row["notes"])),
        answers={str(name): str(text) for name, text in row["answers"].items()},
        sandboxed=bool(row["sandboxed"]),
        graded_at=str(row["graded_at"]),
        seconds=float(row["seconds"]),
    )


@dataclass(frozen=True, slots=True)
class ResultStore:
    """The folder ``results`` of a grading run: ``<key>.json`` for each student."""

    folder: Path

    def load(self, key: str) -> StudentResult | None:
        """Return the kept result; None where there is none, or one that cannot be read."""
        try:
            row = json.loads(self._path(key).read_text("utf-8"))
            return student_result_from_json(row)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def save(self, result: StudentResult) -> None:
        """Write the result in one step, so that a kill leaves the old file or the new one.

        Raises MachineError when it cannot be written.
        """
        text = json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n"
        write_atomically(self._path(result.key), text)

    def all(self) -> list[StudentResult]:
        """Return all kept results, by key."""
        keys = sorted(path.stem for path in self.folder.glob("*.json"))
        return [result for key in keys if (result := self.load(key)) is not None]

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def write_atomically(path: Path, text: str) -> None:
    """Write a text file in one step: beside the old one, then in its place.

    Raises MachineError when it cannot be written.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        with open(number, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise MachineError(f"{path} cannot be written: {error.strerror}.") from error


def _fact_to_json(fact: Fact) -> dict[str, Any]:
    return fact.to_json() | {"seen": fact.seen, "next_step": fact.next_step}
