"""Measure what the course promises, on this machine: ``make bench`` prints ``name: value`` rows.

Times are wall seconds, medians over ``ROUNDS`` runs (10 by default). A verify costs more for an
app that is still wrong, because the check watches it for a while before it gives up.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import bench_grading
import matrix
from fastapi import FastAPI

from clinic.catalog import Rule
from clinic.exercise import source_of
from clinic.nbval_run import Judge
from clinic.serving import serve

ROUNDS = int(os.environ.get("ROUNDS", "10"))


def row(name: str, value: float) -> None:
    """Print one figure."""
    print(f"{name}: {value:.3f}", flush=True)


def seconds(job: Callable[[], object]) -> float:
    """Return how long a job takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def repeated(job: Callable[[], object]) -> list[float]:
    """Return how long each of ``ROUNDS`` runs of a job takes."""
    return [seconds(job) for _ in range(ROUNDS)]


def python(statement: str) -> None:
    """Run a statement in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", statement], check=True)


def measure_imports() -> None:
    """Compare a fresh interpreter with one that imports what a lesson's first cell imports."""
    names = "partners, progress, serve, solution, verify"
    bare = statistics.median(repeated(lambda: python("pass")))
    full = statistics.median(repeated(lambda: python(f"from clinic import {names}")))
    row("import_clinic_seconds", full - bare)


def measure_serve() -> None:
    """Measure the start and the stop of an app in this process."""
    app = FastAPI(title="bench")
    starts, stops = [], []
    for _ in range(ROUNDS + 1):
        server = serve(app)
        start = time.perf_counter()
        api = server.start()
        starts.append(time.perf_counter() - start)
        stops.append(seconds(api.stop))
    row("serve_start_seconds", statistics.median(starts[1:]))
    row("serve_stop_seconds", statistics.median(stops[1:]))


def measure_checks(rules: tuple[Rule, ...]) -> None:
    """Measure the verdict on each rule's answer and shipped app, by a judge that waits warm."""
    course = matrix.course()
    all_right: list[float] = []
    for rule in rules:
        answer = source_of(course.solutions / rule.notebook, rule.id)
        with Judge(course, rule.notebook) as judge:
            right = partial(judge.run, {rule.id: answer})
            wrong = partial(judge.run, {rule.id: rule.original})
            row(f"verify_cold_seconds[{rule.id}]", seconds(right))
            times = repeated(right)
            row(f"verify_median_seconds[{rule.id}]", statistics.median(times))
            row(f"verify_of_the_broken_app_seconds[{rule.id}]", seconds(wrong))
        all_right += times
    row("verify_median_seconds", statistics.median(all_right))
    row("verify_p90_seconds", statistics.quantiles(all_right, n=10)[8])


def measure_grading() -> None:
    """Grade classes: beside nbgrader and nbval, small and large ones, and on a cluster."""
    grading = bench_grading
    for part in (
        grading.rows(ROUNDS),
        grading.whole_course(),
        grading.curve(),
        grading.cluster(),
    ):
        for name, value in part:
            row(name, value)


def main() -> int:
    """Print every figure."""
    row("rounds", ROUNDS)
    measure_grading()
    measure_imports()
    measure_serve()
    measure_checks(matrix.course().rules)
    return 0


if __name__ == "__main__":
    sys.exit(main())
