"""Where students are judged: on threads of this process, or on a Dask cluster.

Both are a ``concurrent.futures.Executor``; what differs is how many jobs may be under way, and
what to do when a job is lost.
"""

from __future__ import annotations

import contextlib
import logging
import os
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol

from clinic.catalog import Course
from clinic.errors import MachineError, UsageError
from clinic.grading.crew import Crew
from clinic.grading.sandbox import Enclosure
from clinic.grading.worker import Bench, Job, end_run, judge_submission

Answer = dict[str, Any]

LONGEST_CONNECT = 10.0
"""Seconds to wait for a scheduler that does not answer."""


class Workforce(Protocol):
    """Judges jobs somewhere."""

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job; its answer is that of :func:`.worker.judge_submission`."""

    def expect(self, students: int) -> None:
        """Hear how many students may still come after those who are here."""

    def room(self) -> int:
        """Return how many jobs may be under way: enough that nobody waits for work."""

    def rescue(self, job: Job, error: BaseException) -> Future[Answer]:
        """Begin a job anew that was lost. Raises MachineError when there is no way."""

    def close(self) -> None:
        """End all judges, also in the middle of their work."""


def default_crew() -> Crew:
    """Return how many students to judge at once: up to three per core where the checks wait.

    Most wait four fifths of their time (measured: 11 of 60 s for all exercises), and on two busy
    cores six judges graded them twice as fast as three.
    """
    return Crew(1, 3 * (os.cpu_count() or 1))


class LocalWorkforce:
    """Threads of this process, as many as the crew lets work; each uses a judge.

    A judge is a tree of processes. ``jobs`` at once, or as many as :func:`default_crew` says.
    """

    def __init__(
        self, course: Course, enclosure: Enclosure | None, jobs: int | None = None
    ) -> None:
        self._crew = Crew(jobs, jobs) if jobs is not None else default_crew()
        self._bench = Bench(course, enclosure)
        self._pool = ThreadPoolExecutor(self._crew.most, thread_name_prefix="judge")

    def expect(self, students: int) -> None:
        """Let more judges join if there is enough to do for them."""
        self._crew.expect(students)

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job on the next free thread."""
        self._crew.enlist()
        return self._pool.submit(self._judge, job)

    def _judge(self, job: Job) -> Answer:
        with self._crew.turn():
            return self._bench.judge(job)

    def room(self) -> int:
        """Return twice the threads: one job under way and the next at hand for each."""
        return 2 * self._crew.most

    def rescue(self, job: Job, error: BaseException) -> Future[Answer]:
        """Nothing is lost here but by a fault of this program."""
        raise MachineError(f"A judge failed: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """End all judges and wait for the threads."""
        self._crew.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._bench.close()
        self._pool.shutdown(wait=True)


class ClusterWorkforce:
    """The workers of the Dask cluster whose scheduler is at ``address``.

    A worker that dies costs nothing: Dask judges its students elsewhere. A job that Dask gives up,
    because several workers died over it, is judged on this machine.

    Raises MachineError when nobody answers there, UsageError for what is no address.
    """

    def __init__(self, address: str, course: Course, enclosure: Enclosure | None) -> None:
        self._here = (course, enclosure)
        self._address = address
        self._run = uuid.uuid4().hex
        self._client = _connect(address)
        # `pure`: two students with the same text are two jobs all the same.
        self._executor = self._client.get_executor(pure=False)
        self._local: LocalWorkforce | None = None

    def expect(self, students: int) -> None:
        """Do nothing: its workers are there already."""

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job on a worker."""
        self._require_connection()
        future: Future[Answer] = self._executor.submit(
            judge_submission, replace(job, run=self._run)
        )
        return future

    def room(self) -> int:
        """Return twice the threads of all workers; clusters grow and shrink."""
        with contextlib.suppress(OSError):
            return max(2 * int(sum(self._client.nthreads().values())), 4)
        return 4

    def workers(self) -> int:
        """Return how many workers the cluster has now."""
        with contextlib.suppress(OSError):
            return len(self._client.nthreads())
        return 0

    def rescue(self, job: Job, error: BaseException) -> Future[Answer]:
        """Begin a job on this machine."""
        self._require_connection()
        if self._local is None:
            self._local = LocalWorkforce(*self._here)
        return self._local.submit(job)

    def close(self) -> None:
        """End what the workers do for this run, and leave the cluster as it was."""
        if self._local is not None:
            self._local.close()
        with contextlib.suppress(Exception):  # a cluster that is gone has nothing left to end
            self._executor.shutdown(wait=False)
            self._client.run(end_run, self._run, on_error="ignore")
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)

    def _require_connection(self) -> None:
        if self._client.status != "running":
            raise MachineError(
                f"The connection to the Dask scheduler at {self._address} is lost. "
                "When it is there again, the same command goes on from here."
            )


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise MachineError(
            "--scheduler needs the package distributed: pip install 'fastapi-clinic[cluster]'."
        ) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # our sentences say it
    try:
        connect: Any = Client  # it has no types
        return connect(address, timeout=LONGEST_CONNECT, set_as_default=False)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{address} is no address of a Dask scheduler; it looks like tcp://host:8786."
        ) from error
    except Exception as error:
        raise MachineError(
            f"No Dask scheduler answers at {address}. Is it running (dask scheduler), and is that "
            "the address that it printed?"
        ) from error
