"""What judges one student: on a thread of this process, or on a worker of a Dask cluster.

A :class:`Bench` owns the judges of one process. A judge knows the checks of all rules and goes
from student to student, because learners' code never runs in it; a thread that finds none idle
starts another. So there are as many judges as students are judged at once.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clinic.catalog import Course, find_course
from clinic.errors import ClinicError, MachineError
from clinic.grading import sandbox
from clinic.grading.digests import check_digests, course_digest
from clinic.grading.results import verdict_to_json
from clinic.grading.sandbox import Enclosure
from clinic.nbval_run import LONGEST_CHECK, LONGEST_WARM_UP, Judge
from clinic.verdict import Outcome, Verdict

STUDENTS_PER_JUDGE = 200
"""A judge that has judged so many is replaced, so that nothing can pile up in it for ever."""


@dataclass(frozen=True, slots=True)
class Job:
    """One student's exercises to judge, as values that travel to any machine.

    ``run`` names the grading run and ``course`` the digest of its checks
    (:func:`.digests.course_digest`). ``enclosure`` None means no sandbox. A ``fresh`` job gets a
    judge that has judged nobody before.
    """

    sources: Mapping[str, str]
    course: str
    run: str = ""
    enclosure: Enclosure | None = None
    fresh: bool = False


class Bench:
    """The judges of this process, for one course and one kind of sandbox."""

    def __init__(self, course: Course, enclosure: Enclosure | None = None) -> None:
        self._course = course
        self._enclosure = enclosure
        self._lock = threading.Lock()
        self._idle: list[_Seat] = []
        self._busy: list[_Seat] = []
        self._closed = False

    def judge(self, job: Job) -> dict[str, Any]:
        """Return ``{"verdicts": [...], "seconds": wall time}`` with a verdict for each rule.

        Raises CourseError when the course has no check for a rule.
        """
        start = time.monotonic()
        with self._seat(job.fresh) as seat, _deadline(seat.judge, len(job.sources)):
            try:
                verdicts = seat.judge.run(job.sources)
            except ClinicError:
                raise
            except Exception as error:  # our own fault: it must not cost the run
                seat.judge.abandon()
                reason = f"The judge failed: {type(error).__name__}: {error}"[:1000]
                verdicts = [
                    Verdict(rule, Outcome.COULD_NOT_TELL, reason=reason) for rule in job.sources
                ]
        rows = [verdict_to_json(verdict) for verdict in verdicts]
        return {"verdicts": rows, "seconds": time.monotonic() - start}

    def close_idle(self) -> None:
        """End the judges that wait; those that judge go on."""
        with self._lock:
            idle, self._idle = self._idle, []
        _each_at_once([seat.judge.close for seat in idle])

    def close(self) -> None:
        """End all judges at once, also in the middle of a check; no new one starts after it."""
        with self._lock:
            self._closed = True
        while busy := self._busy_now():
            _each_at_once([seat.judge.abandon for seat in busy])
            time.sleep(0.05)  # one that was just starting is ended in the next round
        self.close_idle()

    def _busy_now(self) -> list[_Seat]:
        with self._lock:
            return list(self._busy)

    @contextlib.contextmanager
    def _seat(self, fresh: bool) -> Iterator[_Seat]:
        seat = self._take(fresh)
        usable = False
        try:
            yield seat
            usable = seat.students < STUDENTS_PER_JUDGE
        finally:
            self._give_back(seat, usable)

    def _take(self, fresh: bool) -> _Seat:
        with self._lock:
            if self._closed:
                raise MachineError("The grading was stopped.")
            idle = self._idle.pop() if self._idle else None
            seat = self._new_seat() if fresh or idle is None else idle
            seat.students += 1
            self._busy.append(seat)
        if idle is not None and idle is not seat:  # a fresh judge takes the place of another
            idle.judge.close()
        return seat

    def _new_seat(self) -> _Seat:
        options: dict[str, Any] = {"enclosure": self._enclosure} if self._enclosure else {}
        return _Seat(Judge(self._course, **options))

    def _give_back(self, seat: _Seat, usable: bool) -> None:
        if not usable:
            seat.judge.abandon()
        with self._lock:
            self._busy.remove(seat)
            if usable and not self._closed:
                self._idle.append(seat)
                return
        seat.judge.abandon()


@dataclass(eq=False, slots=True)
class _Seat:
    judge: Judge
    students: int = 0


@contextlib.contextmanager
def _deadline(judge: Judge, rules: int) -> Iterator[None]:
    """Give up on a judge that is not done long after all of its checks must have ended.

    Each check has its own limit; this is the net below it.
    """
    timer = threading.Timer(2 * LONGEST_WARM_UP + LONGEST_CHECK * rules, judge.abandon)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _each_at_once(actions: list[Any]) -> None:
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def judge_submission(job: Job) -> dict[str, Any]:
    """Judge a job on a worker of a cluster, with the course that this machine has.

    Returns what :meth:`Bench.judge` does, or ``{"refused": sentence}`` where this machine must not
    judge: it has no course, other checks or packages than the job asks for, or no sandbox.
    """
    try:
        course = find_course()
        _require_same(job, course)
        if job.enclosure is not None:
            here = replace(job.enclosure, bwrap=_sandbox_here().bwrap)
            job = replace(job, enclosure=here)
    except ClinicError as error:
        return {"refused": f"The worker on {socket.gethostname()} cannot grade: {error}"}
    return _benches().bench(job, course).judge(job)


def end_run(run: str) -> None:
    """End what this worker of a cluster still does for a grading run."""
    _benches().end(run)


def _require_same(job: Job, course: Course) -> None:
    if course_digest(check_digests(course)) != job.course:
        raise MachineError(
            f"its course in {course.root} has other checks, or another version of this package, "
            "of Python or of a package that the checks need. Bring it to the same state as here."
        )


@functools.cache
def _sandbox_here() -> Enclosure:
    return sandbox.require()


@dataclass(slots=True)
class _Benches:
    """The benches of a worker process, one for each grading run that came by."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    by_run: dict[tuple[str, str], Bench] = field(default_factory=dict)

    def bench(self, job: Job, course: Course) -> Bench:
        key = (job.run, job.course)
        with self.lock:
            found = self.by_run.get(key)
            if found is None:
                # A run that was killed did not say good-bye: its judges must not stay for ever.
                for other in self.by_run.values():
                    other.close_idle()
                found = self.by_run[key] = Bench(course, job.enclosure)
            return found

    def end(self, run: str) -> None:
        with self.lock:
            ended = [self.by_run.pop(key) for key in list(self.by_run) if key[0] == run]
        for bench in ended:
            bench.close()


@functools.cache
def _benches() -> _Benches:
    return _Benches()
