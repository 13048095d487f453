"""What ``run_autograder`` does in Gradescope's container: grade one submission.

It reads ``submission/``, ``submission_metadata.json`` not at all, and writes
``results/results.json`` in the format of
https://gradescope-autograders.readthedocs.io/en/latest/specs/. What is printed here only the
instructor reads. Without results.json, Gradescope tells everybody that the autograder failed; that
is right for a fault of ours, and never happens for a fault of the student.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.catalog import Course, find_course
from clinic.cells import read_bytes
from clinic.errors import ClinicError, MachineError, UsageError
from clinic.grading.platforms import graded
from clinic.grading.report import report
from clinic.grading.results import RuleResult, StudentResult, write_atomically
from clinic.grading.texts import line
from clinic.nbval_run import core_facts
from clinic.verdict import Outcome, Verdict

MOST_NOTEBOOKS = 40
"""More files of one submission are not looked at; the course has fewer lessons."""


@dataclass(frozen=True, slots=True)
class _Graded:
    """The best result of each rule over all files, and sentences for the student."""

    rules: Mapping[str, RuleResult]
    notes: Sequence[str]
    sandboxed: bool


def main(argv: Sequence[str]) -> int:
    """Grade what is in ``argv[0]`` (``/autograder``); return 0 when results.json was written."""
    root = Path(argv[0])
    begun = time.monotonic()
    try:
        settings = _settings(root / "source" / "settings.json")
        course = find_course()
        found = _grade(course, root / "submission", settings["rules"])
        rules = [found.rules.get(rule) or _absent(course, rule) for rule in settings["rules"]]
        document = results(course, rules, found.notes, str(settings["visibility"]))
        document |= {
            "execution_time": round(time.monotonic() - begun, 1),
            "extra_data": _extra(rules, found.sandboxed),
        }
        write_atomically(root / "results" / "results.json", json.dumps(document, indent=1) + "\n")
    except ClinicError as error:
        print(f"clinic: {error}", file=sys.stderr)
        return 1
    if not found.sandboxed:
        print("clinic: this container allows no sandbox, so students' code ran without one.")
    return 0


def results(
    course: Course, rules: Sequence[RuleResult], notes: Sequence[str], visibility: str
) -> dict[str, Any]:
    """Return the content of results.json: one test per rule, in words that a student may read."""
    return {
        "output": "\n".join(notes),
        "output_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": [
            _test(course, rule, number, visibility) for number, rule in enumerate(rules, start=1)
        ],
    }


def _test(course: Course, result: RuleResult, number: int, visibility: str) -> dict[str, Any]:
    rule = course.rule(result.verdict.rule)
    return {
        "name": f"{rule.category}: {rule.title} ({rule.id})",
        "name_format": "text",
        "number": str(number),
        "score": result.points,
        "max_score": result.possible,
        "status": "passed" if result.verdict.outcome is Outcome.REPAIRED else "failed",
        "output": report(result),
        "output_format": "text",
        "visibility": visibility,
    }


def _extra(rules: Sequence[RuleResult], sandboxed: bool) -> dict[str, Any]:
    """Return what replays a grade: ``CLINIC_SEED`` set to a rule's seed repeats its check."""
    return {
        "sandboxed": sandboxed,
        "seeds": {result.verdict.rule: result.verdict.seed for result in rules},
    }


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return {"rules": list(settings["rules"]), "visibility": settings["visibility"]}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise MachineError(f"{path} cannot be read: {error}.") from error


def _grade(course: Course, folder: Path, rules: Sequence[str]) -> _Graded:
    best: dict[str, RuleResult] = {}
    notes: list[str] = []
    sandboxed = True
    for path in _notebooks(folder):
        try:
            result = graded(read_bytes(path), course, rules)
        except UsageError as error:
            notes.append(f"{line(path.name)}: {line(error)}")
            continue
        notes += [f"{line(path.name)}: {line(note)}" for note in result.notes]
        sandboxed = sandboxed and result.sandboxed
        _keep_best(best, result)
    if not best and not notes:
        notes.append("There is no notebook (a file that ends in .ipynb) in this submission.")
    return _Graded(best, notes, sandboxed)


def _notebooks(folder: Path) -> Iterator[Path]:
    """Yield the regular files of a submission that are notebooks; links lead elsewhere."""
    found = [path for path in folder.rglob("*") if path.suffix.lower() == ".ipynb"]
    regular = [path for path in found if path.is_file() and not path.is_symlink()]
    yield from sorted(regular)[:MOST_NOTEBOOKS]


def _keep_best(best: dict[str, RuleResult], result: StudentResult) -> None:
    for rule in result.rules:
        kept = best.get(rule.verdict.rule)
        if kept is None or _rank(rule) > _rank(kept):
            best[rule.verdict.rule] = rule


def _rank(result: RuleResult) -> tuple[float, bool]:
    return result.points, result.verdict.outcome is not Outcome.NOT_ATTEMPTED


def _absent(course: Course, rule: str) -> RuleResult:
    verdict = Verdict(rule, Outcome.NOT_ATTEMPTED, core_facts(course, rule))
    return RuleResult(verdict, 0.0, course.rule(rule).points)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
