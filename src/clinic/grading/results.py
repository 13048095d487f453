"""One student's result, its points, and the folder that keeps one file per student."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from clinic.errors import MachineError
from clinic.verdict import Fact, Outcome, Verdict, fact_from_json


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The verdict on one exercise and the points that it earns, of ``possible``.

    ``tries`` is 2 where the first verdict was "could not tell". ``digest`` names all that the
    verdict depends on (:mod:`.digests`): while it stays the same, the verdict holds.
    """

    verdict: Verdict
    points: float
    possible: int
    tries: int = 1
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the row of the result file."""
        return verdict_to_json(self.verdict) | {
            "points": self.points,
            "possible": self.possible,
            "tries": self.tries,
            "digest": self.digest,
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


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """Return everything that a verdict says, as plain JSON values."""
    return {
        "rule": verdict.rule,
        "outcome": verdict.outcome.value,
        "facts": [_fact_to_json(fact) for fact in verdict.facts],
        "reason": verdict.reason,
        "seconds": round(verdict.seconds, 3),
        "seed": verdict.seed,
    }


def verdict_from_json(row: Mapping[str, Any]) -> Verdict:
    """Return what :func:`verdict_to_json` was given."""
    return Verdict(
        rule=str(row["rule"]),
        outcome=Outcome(row["outcome"]),
        facts=tuple(fact_from_json(fact) for fact in row["facts"]),
        seconds=float(row["seconds"]),
        reason=str(row["reason"]),
        seed=str(row["seed"]),
    )


def rule_result_from_json(row: Mapping[str, Any]) -> RuleResult:
    """Return what :meth:`RuleResult.to_json` wrote."""
    return RuleResult(
        verdict_from_json(row),
        float(row["points"]),
        int(row["possible"]),
        int(row["tries"]),
        str(row.get("digest", "")),
    )


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
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def save(self, result: StudentResult) -> bool:
        """Write the result in one step, so that a kill leaves the old file or the new one.

        A file that says the same already is left alone; returns whether one was written.

        Raises MachineError when it cannot be written.
        """
        text = json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n"
        path = self._path(result.key)
        if _content(path) == text.encode("utf-8", "replace"):
            return False
        write_atomically(path, text)
        return True

    def students(self) -> list[str]:
        """Return the keys of all students that have a result, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def all(self) -> list[StudentResult]:
        """Return all kept results, by key."""
        return [result for key in self.students() if (result := self.load(key)) is not None]

    def _path(self, key: str) -> Path:
        if not key or key.startswith(".") or "/" in key or "\0" in key:
            raise ValueError(f"{key!r} cannot be the name of a file")
        return self.folder / f"{key}.json"


@dataclass(frozen=True, slots=True)
class StoredResults(Sequence[StudentResult]):
    """The results of the students ``names``, read from the store one by one when they are used.

    So a class of ten thousand takes no more memory than one of ten.
    """

    store: ResultStore
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> StudentResult: ...

    @overload
    def __getitem__(self, index: slice) -> StoredResults: ...

    def __getitem__(self, index: int | slice) -> StudentResult | StoredResults:
        """Return one result, or some of them. Raises MachineError when the file is gone."""
        if isinstance(index, slice):
            return StoredResults(self.store, self.names[index])
        result = self.store.load(self.names[index])
        if result is None:
            raise MachineError(
                f"{self.store.folder}/{self.names[index]}.json cannot be read any more. "
                "Run the same command again: it grades that student anew."
            )
        return result


def write_atomically(path: Path, text: str, *, lasting: bool = True) -> None:
    """Write a text file in one step: beside the old one, then in its place.

    ``lasting`` waits until it would survive a power cut, some 40 ms on a slow disk; what can be
    written again at will may go without. Raises MachineError when it cannot be written.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        with open(number, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        temporary = ""
    except OSError as error:
        raise MachineError(f"{path} cannot be written: {error.strerror}.") from error
    finally:  # also after Ctrl-C
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _fact_to_json(fact: Fact) -> dict[str, Any]:
    return fact.to_json() | {"seen": fact.seen, "next_step": fact.next_step}
