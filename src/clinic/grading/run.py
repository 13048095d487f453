"""Grade a class: judge what changed, keep what holds, lose nothing.

One loop on one thread reads submissions, hands jobs to a :class:`.workforce.Workforce` and saves
each student's result when it is complete, so that a kill at any moment costs only what was under
way. Only a bounded number of submissions is in memory. A verdict "could not tell" is tried once
more at the end, by a judge that has judged nobody before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field

from clinic.catalog import Course, find_course
from clinic.errors import ClinicError, MachineError
from clinic.grading import sandbox
from clinic.grading.baseline import Baseline
from clinic.grading.output_folder import OutputFolder
from clinic.grading.plan import Judged, Plan, Syllabus, is_partial, make_plan, settle, syllabus
from clinic.grading.results import ResultStore, StudentResult, verdict_from_json
from clinic.grading.submissions import HandedInFile, Submission
from clinic.grading.worker import Bench, Job
from clinic.grading.workforce import Answer, Workforce
from clinic.verdict import Outcome, Verdict

_POLL = 0.2
"""Seconds after which the loop looks up from waiting: at the clock, and whether to stop."""


class Progress:
    """What a run tells while it goes on; this one is silent."""

    def keep(self) -> None:
        """One student's result holds."""

    def advance(self) -> None:
        """One student has been graded."""

    def refresh(self) -> None:
        """Some time has passed. May raise KeyboardInterrupt to stop the run."""

    def note(self, sentence: str) -> None:
        """Something that the instructor must know."""


@dataclass(slots=True)
class Report:
    """How a run went.

    ``graded`` students had an exercise judged, ``exercises`` of them in all; ``kept`` students
    had not. ``unsettled`` are the student's key, the rule and the reason where nobody could tell,
    also at the second try. ``absent`` are students with a result who are not in the class.
    """

    graded: int = 0
    exercises: int = 0
    kept: int = 0
    unsettled: list[tuple[str, str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def grade_class(
    subject: Syllabus,
    submissions: Sequence[Submission],
    out: OutputFolder,
    workforce: Workforce,
    *,
    regrade: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge a class and save a result for each student in ``out.store``.

    Results whose digest is the same as before are kept. The workforce is not closed.

    Raises MachineError when results cannot be saved or the workforce is gone, CourseError for a
    fault of the course; what is saved by then stays.
    """
    run = _ClassRun(subject, out, workforce, regrade, progress or Progress())
    run.grade(submissions)
    present = {submission.key for submission in submissions}
    run.report.absent = [key for key in out.store.students() if key not in present]
    return run.report


def grade(
    notebook: bytes,
    course: Course | None = None,
    *,
    rules: Iterable[str] | None = None,
    sandboxed: bool = True,
) -> StudentResult:
    """Grade one notebook and return its result; needs no folder, no tree and no database.

    ``notebook`` is the content of an ``.ipynb`` file, ``course`` by default that of
    :func:`clinic.catalog.find_course`, ``rules`` by default all. ``sandboxed=False`` runs the
    notebook's code with your own rights::

        from clinic.grading.run import grade
        result = grade(Path("01_async_concurrency.ipynb").read_bytes())
        print(result.points, "of", result.possible)

    What is wrong with the notebook is said in ``result.notes``; it is never raised. Each call
    starts a judge, which takes seconds: for a class, use ``clinic grade``.

    Raises UsageError for an unknown rule or a course without checks, MachineError where there is
    no sandbox.
    """
    enclosure = sandbox.require() if sandboxed else None
    subject = syllabus(course or find_course(), rules, enclosure)
    file = HandedInFile("notebook.ipynb", lambda: notebook)
    plan = make_plan(subject, Submission("", "", (file,)), None, regrade=False)
    bench = Bench(subject.course, enclosure)
    try:
        judged = _judge_with_retry(subject, bench, plan.sources)
        baseline = Baseline(subject.at_start)
        partly = {v.rule for v in judged.verdicts if v.outcome is Outcome.NOT_YET}
        shipped = {rule: subject.originals[rule] for rule in partly}
        for verdict in _judge_with_retry(subject, bench, shipped).verdicts:
            if verdict.outcome is not Outcome.COULD_NOT_TELL:
                baseline.add(verdict)
        return settle(subject, plan, judged, baseline)
    finally:
        bench.close()


def _judge_with_retry(subject: Syllabus, bench: Bench, sources: Mapping[str, str]) -> Judged:
    start = time.monotonic()
    verdicts = _judge_now(subject, bench, sources)
    again = {v.rule: sources[v.rule] for v in verdicts if v.outcome is Outcome.COULD_NOT_TELL}
    verdicts = [v for v in verdicts if v.rule not in again]
    verdicts += _judge_now(subject, bench, again, fresh=True)
    return Judged(verdicts, time.monotonic() - start, dict.fromkeys(again, 2))


def _judge_now(
    subject: Syllabus, bench: Bench, sources: Mapping[str, str], *, fresh: bool = False
) -> list[Verdict]:
    if not sources:
        return []
    answer = bench.judge(Job(sources, subject.course_digest, fresh=fresh))
    return [verdict_from_json(row) for row in answer["verdicts"]]


@dataclass(slots=True)
class _Task:
    """A job under way and what to do with its verdicts."""

    job: Job
    done: Callable[[list[Verdict], float], None]


class _ClassRun:
    """The state of one run; only the thread that called :meth:`grade` touches it."""

    def __init__(
        self,
        subject: Syllabus,
        out: OutputFolder,
        workforce: Workforce,
        regrade: bool,
        progress: Progress,
    ) -> None:
        self.report = Report()
        self._subject = subject
        self._course_digest = subject.course_digest
        self._store: ResultStore = out.store
        self._workforce = workforce
        self._regrade = regrade
        self._progress = progress
        self._baseline = Baseline(subject.at_start, out.baseline)
        self._asked: set[str] = set()  # the shipped apps that are judged or have been
        self._tasks: dict[Future[Answer], _Task] = {}
        self._complete: list[tuple[Plan, Judged | None]] = []  # but for a shipped app's facts
        self._unclear: dict[str, Submission] = {}

    def grade(self, submissions: Sequence[Submission]) -> None:
        for number, submission in enumerate(submissions, 1):
            self._workforce.expect(len(submissions) - number)
            self._make_room()
            self._begin(submission)
        self._finish_all()
        unclear, self._unclear = self._unclear, {}
        if unclear:
            self._progress.note(f"Trying again what could not be told: {len(unclear)} of them.")
        for submission in unclear.values():
            self._make_room()
            self._try_again(submission)
        self._finish_all()

    def _begin(self, submission: Submission) -> None:
        stored = self._store.load(submission.key)
        plan = make_plan(self._subject, submission, stored, regrade=self._regrade)
        self._ask_for_baseline(plan)
        if plan.to_judge:
            self._judge(plan, plan.to_judge, lambda judged: self._first(plan, judged))
        else:
            self._complete.append((plan, None))
            self._save_complete()

    def _first(self, plan: Plan, judged: Judged) -> None:
        """Save what is known after the first try; what nobody could tell comes again."""
        if any(verdict.outcome is Outcome.COULD_NOT_TELL for verdict in judged.verdicts):
            self._unclear[plan.submission.key] = plan.submission
        self._complete.append((plan, judged))

    def _try_again(self, submission: Submission) -> None:
        # Read again: the text was not kept in memory. All that could be told holds by now.
        stored = self._store.load(submission.key)
        plan = make_plan(self._subject, submission, stored, regrade=False)
        self._ask_for_baseline(plan)
        self._judge(plan, plan.to_judge, lambda judged: self._second(plan, judged), fresh=True)

    def _second(self, plan: Plan, judged: Judged) -> None:
        tries = {verdict.rule: 2 for verdict in judged.verdicts}
        for verdict in judged.verdicts:
            if verdict.outcome is Outcome.COULD_NOT_TELL:
                self.report.unsettled.append((plan.submission.key, verdict.rule, verdict.reason))
        self._complete.append((plan, Judged(judged.verdicts, judged.seconds, tries)))

    def _judge(
        self,
        plan: Plan,
        rules: Sequence[str],
        done: Callable[[Judged], None],
        *,
        fresh: bool = False,
    ) -> None:
        sources = {rule: plan.sources[rule] for rule in rules}
        self._submit(sources, lambda verdicts, took: done(Judged(verdicts, took)), fresh=fresh)

    def _ask_for_baseline(self, plan: Plan) -> None:
        """Have the shipped apps judged that this student's points may depend on, each once."""
        for rule in plan.needs_baseline:
            if rule not in self._asked and not self._baseline.settled(rule):
                self._asked.add(rule)
                self._judge_shipped(rule, fresh=False)

    def _judge_shipped(self, rule: str, *, fresh: bool) -> None:
        def done(verdicts: list[Verdict], took: float) -> None:
            (verdict,) = verdicts
            if verdict.outcome is not Outcome.COULD_NOT_TELL:
                self._baseline.add(verdict)
            elif not fresh:
                self._judge_shipped(rule, fresh=True)
            else:
                self._give_up_baseline(verdict)

        self._submit({rule: self._subject.originals[rule]}, done, fresh=fresh)

    def _give_up_baseline(self, verdict: Verdict) -> None:
        self._baseline.give_up(verdict.rule)
        self._progress.note(
            f"What the shipped app of {verdict.rule} already does could not be told "
            f"({verdict.reason}), so there are no points for parts of it this time."
        )

    def _submit(
        self,
        sources: Mapping[str, str],
        done: Callable[[list[Verdict], float], None],
        *,
        fresh: bool,
    ) -> None:
        job = Job(sources, self._course_digest, enclosure=self._subject.enclosure, fresh=fresh)
        self._tasks[self._workforce.submit(job)] = _Task(job, done)

    def _make_room(self) -> None:
        """Wait until few enough submissions are in memory to read another."""
        self._progress.refresh()
        while len(self._tasks) + len(self._complete) >= self._workforce.room():
            self._take_in()

    def _finish_all(self) -> None:
        while self._tasks:
            self._take_in()

    def _take_in(self) -> None:
        """Wait a moment for answers and save what became complete."""
        ready, _ = wait(self._tasks, _POLL, FIRST_COMPLETED)
        for future in ready:
            self._hear(future, self._tasks.pop(future))
        if ready:
            self._save_complete()
        self._progress.refresh()

    def _hear(self, future: Future[Answer], task: _Task) -> None:
        try:
            answer = future.result()
        except ClinicError:
            raise
        except (Exception, CancelledError) as error:
            self._tasks[self._workforce.rescue(task.job, error)] = task
            return
        if "refused" in answer:
            raise MachineError(str(answer["refused"]))
        task.done([verdict_from_json(row) for row in answer["verdicts"]], float(answer["seconds"]))

    def _save_complete(self) -> None:
        """Save every student whose points can be told; the others wait for a shipped app."""
        waiting: list[tuple[Plan, Judged | None]] = []
        for plan, judged in self._complete:
            if self._must_wait(plan, judged):
                waiting.append((plan, judged))
            else:
                self._save(plan, judged)
        self._complete = waiting

    def _must_wait(self, plan: Plan, judged: Judged | None) -> bool:
        verdicts = [result.verdict for result in plan.known.values()]
        verdicts += judged.verdicts if judged is not None else ()
        return any(is_partial(v) and not self._baseline.settled(v.rule) for v in verdicts)

    def _save(self, plan: Plan, judged: Judged | None) -> None:
        self._store.save(settle(self._subject, plan, judged, self._baseline))
        if judged is None:
            self.report.kept += 1
            self._progress.keep()
        elif not judged.tries:
            self.report.graded += 1
            self.report.exercises += len(judged.verdicts)
            self._progress.advance()
