"""A class of students on paper: submissions without files, and judges that only compare words.

:class:`PaperWorkforce` is a whole workforce without any process: a text that says "right" is a
repair, "wrong" is not, "half" meets one fact of two, and "unclear" could not be told. So the loop
that grades a class can be tried thousands of times.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tiny_course import code

from clinic.errors import MachineError
from clinic.grading.results import verdict_to_json
from clinic.grading.submissions import HandedInFile, Submission
from clinic.grading.worker import Job
from clinic.verdict import Fact, Outcome, Verdict, judge_facts


def notebook_bytes(sources: Mapping[str, str]) -> bytes:
    """Return a notebook with these exercises."""
    cells = [code(f"# exercise: {rule}\n{text}", rule) for rule, text in sources.items()]
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


def on_paper(key: str, sources: Mapping[str, str]) -> Submission:
    """Return the submission of a student with one notebook."""
    content = notebook_bytes(sources)
    return Submission(key.title(), key, (HandedInFile("a.ipynb", lambda: content),))


@dataclass
class PaperWorkforce:
    """Judges on ``threads`` threads; ``judged`` counts the texts that it has seen."""

    threads: int = 2
    judged: Counter[str] = field(default_factory=Counter)
    jobs: list[Job] = field(default_factory=list)
    lose: int = 0

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.threads)

    def submit(self, job: Job) -> Future[dict[str, Any]]:
        """Judge a job; the first ``lose`` of them are lost, as on a worker that dies."""
        self.jobs.append(job)
        return self._pool.submit(self._judge, job, lost=len(self.jobs) <= self.lose)

    def expect(self, students: int) -> None:
        """Nobody joins here."""

    def room(self) -> int:
        """Return twice the threads."""
        return 2 * self.threads

    def rescue(self, job: Job, error: BaseException) -> Future[dict[str, Any]]:
        """Judge a job that was lost."""
        assert isinstance(error, OSError)
        return self._pool.submit(self._judge, job, lost=False)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _judge(self, job: Job, *, lost: bool) -> dict[str, Any]:
        if lost:
            raise OSError("the worker died")
        self.judged.update(job.sources.values())
        rows = [verdict_to_json(_verdict(rule, text)) for rule, text in job.sources.items()]
        return {"verdicts": rows, "seconds": 0.5}


@dataclass
class RefusingWorkforce(PaperWorkforce):
    """A cluster whose machines are not in the same state as this one."""

    def _judge(self, job: Job, *, lost: bool) -> dict[str, Any]:
        return {"refused": "The worker on nowhere cannot grade: it has other checks."}


@dataclass
class BrokenWorkforce(PaperWorkforce):
    """A cluster that is gone."""

    def submit(self, job: Job) -> Future[dict[str, Any]]:
        """Raise, as a cluster does whose scheduler is gone."""
        raise MachineError("The connection to the Dask scheduler at nowhere is lost.")


def _verdict(rule: str, text: str) -> Verdict:
    seed = str(random.SystemRandom().randrange(10**12))
    if "unclear" in text:
        facts = (Fact("one", met=False), Fact("two", met=False))
        return Verdict(rule, Outcome.COULD_NOT_TELL, facts, 0.1, "Who knows.", seed)
    right = "right" in text
    facts = (Fact("one", met=right or "half" in text), Fact("two", met=right))
    return Verdict(rule, judge_facts(facts), facts, 0.1, seed=seed)
