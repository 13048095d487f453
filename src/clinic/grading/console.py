"""``clinic grade`` on a terminal: what it says, and how it stops."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clinic.catalog import find_course
from clinic.errors import UsageError
from clinic.grading import gradebook, lateness, sandbox
from clinic.grading.interruption import Interruption
from clinic.grading.output_folder import OutputFolder, output_folder
from clinic.grading.plan import Syllabus, syllabus
from clinic.grading.progress_bar import ProgressBar, printable
from clinic.grading.results import StoredResults
from clinic.grading.run import Progress, Report, grade_class
from clinic.grading.submissions import Submission, collect
from clinic.grading.workforce import (
    ClusterWorkforce,
    LocalWorkforce,
    Workforce,
)

_MOST_LISTED = 20


def grade_from_terminal(arguments: argparse.Namespace) -> int:
    """Grade a class as the options say; return the exit status.

    Raises UsageError and MachineError, in words, like every command.
    """
    with Interruption() as interruption:
        try:
            return _grade(arguments, interruption)
        except KeyboardInterrupt:
            _say(f"Stopped. What is graded is kept in {arguments.out}; {_GO_ON}")
            return interruption.status


_GO_ON = "the same command goes on from there."


def _grade(arguments: argparse.Namespace, interruption: Interruption) -> int:
    place, out_path = arguments.submissions, arguments.out
    rules = _rules(arguments.rules)
    enclosure = _enclosure(arguments.no_sandbox)
    subject = syllabus(find_course(), rules, enclosure)
    late = _lateness(arguments.late)
    submissions = collect(place)
    with output_folder(out_path, place) as out:
        report = _judge_all(arguments, subject, submissions, out, interruption)
        results = StoredResults(out.store, tuple(submission.key for submission in submissions))
        sentences = gradebook.write(out.path, subject.course, results, late)
        if arguments.json:
            _print_json(results)
        _tell(report, submissions, sentences, sys.stderr if arguments.json else sys.stdout)
    return 0


def _rules(text: str | None) -> list[str] | None:
    if text is None:
        return None
    rules = [part.strip() for part in text.split(",") if part.strip()]
    if not rules:
        raise UsageError("--rules wants the names of rules: --rules async_endpoints,debugging")
    return rules


def _enclosure(no_sandbox: bool) -> sandbox.Enclosure | None:
    if not no_sandbox:
        return sandbox.require()
    _say(
        "WARNING: --no-sandbox: the submissions run with your own rights and can read and change "
        "your files, other submissions and these results. Only for code that you trust."
    )
    return None


def _lateness(path: Path | None) -> dict[str, lateness.Lateness]:
    if path is None:
        return {}
    return lateness.read(path)


def _judge_all(
    arguments: argparse.Namespace,
    subject: Syllabus,
    submissions: Sequence[Submission],
    out: OutputFolder,
    interruption: Interruption,
) -> Report:
    if os.environ.get("CLINIC_SEED"):
        _say("CLINIC_SEED is set: every student gets the same inputs.")
    progress = _TerminalProgress(ProgressBar(sys.stderr, len(submissions)), interruption)
    with _closing(_workforce(arguments, subject)) as workforce:
        try:
            return grade_class(
                subject,
                submissions,
                out,
                workforce,
                regrade=arguments.regrade,
                progress=progress,
            )
        finally:
            progress.bar.close()


def _workforce(arguments: argparse.Namespace, subject: Syllabus) -> Workforce:
    if arguments.scheduler is None:
        return LocalWorkforce(subject.course, subject.enclosure, arguments.jobs)
    cluster = ClusterWorkforce(arguments.scheduler, subject.course, subject.enclosure)
    if not cluster.workers():
        _say(f"The cluster at {arguments.scheduler} has no worker yet; waiting for the first.")
    return cluster


@contextlib.contextmanager
def _closing(workforce: Workforce) -> Iterator[Workforce]:
    try:
        yield workforce
    finally:
        workforce.close()


class _TerminalProgress(Progress):
    def __init__(self, bar: ProgressBar, interruption: Interruption) -> None:
        self.bar = bar
        self._interruption = interruption

    def keep(self) -> None:
        self.bar.keep()

    def advance(self) -> None:
        self.bar.advance()

    def refresh(self) -> None:
        self._interruption.check()
        self.bar.refresh()

    def note(self, sentence: str) -> None:
        self.bar.note(f"clinic: {sentence}")


def _print_json(results: StoredResults) -> None:
    """Print a JSON list, one student at a time, so that a large class takes no memory."""
    print("[", end="")
    for number, result in enumerate(results):
        print(",\n" if number else "\n", json.dumps(result.to_json()), sep="", end="")
    print("\n]")


def _tell(
    report: Report, submissions: Sequence[Submission], sentences: Sequence[str], stream: Any
) -> None:
    names = {submission.key: submission.student for submission in submissions}
    lines = [
        f"{_count(len(submissions), 'student')}: {report.graded} graded now "
        f"({_count(report.exercises, 'exercise')}), {report.kept} as before."
    ]
    if report.absent:
        keys = _some(report.absent)
        lines.append(f"No longer among the submissions, kept but not in the gradebook: {keys}.")
    if report.unsettled:
        lines.append(
            f"Could not tell, {_count(len(report.unsettled), 'exercise')}: worth 0 points until "
            "the next run, which tries again."
        )
        rows = [f"{names[key]}: {rule}: {why}" for key, rule, why in report.unsettled]
        lines += [f"  {row}" for row in rows[:_MOST_LISTED]]
        lines += [f"  and {len(rows) - _MOST_LISTED} more."] if len(rows) > _MOST_LISTED else []
    for line in [*lines, *sentences]:
        print(printable(line), file=stream)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _say(sentence: str) -> None:
    print(f"clinic: {printable(sentence)}", file=sys.stderr, flush=True)
