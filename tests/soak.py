"""Repeat the whole matrix while both cores are busy; report every verdict that differs.

``make soak``; ``REPEAT=5 make soak`` for fewer rounds, ``RULES=a,b`` for some rules.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import matrix
from matrix import Case

REPEAT = int(os.environ.get("REPEAT", "20"))
SIDE_BY_SIDE = 10
"""How many judges work at once; each is a pytest, a kernel and a launcher."""


def burn() -> None:
    """Keep one core busy."""
    while True:
        sum(range(10_000))


@contextlib.contextmanager
def load() -> Iterator[None]:
    """Keep every core busy."""
    burners = [
        multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count() or 2)
    ]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


def soak(cases: list[Case], rounds: int) -> tuple[int, int]:
    """Judge every case ``rounds`` times; return how many verdicts, and how many differed."""
    differing = 0
    rule = matrix.course().rule(cases[0].rule)
    judge = matrix.judge(rule)
    for number in range(1, rounds + 1):
        for case in cases:
            (verdict,) = judge.run({rule.id: case.source})
            if complaint := case.complaint(verdict):
                differing += 1
                print(f"round {number}: {case.id}: {complaint}", flush=True)
        print(f"{rule.id}: round {number} of {rounds} done", flush=True)
    judge.close()
    return rounds * len(cases), differing


def shares() -> list[list[Case]]:
    """Return the cases of each rule in two halves: checks wait more than they compute."""
    wanted = os.environ.get("RULES", "").replace(",", " ").split()
    rules = [rule for rule in matrix.course().rules if not wanted or rule.id in wanted]
    return [matrix.cases(rule)[half::2] for rule in rules for half in (0, 1)]


def main() -> int:
    """Run the soak; return 1 if a verdict differed."""
    start = time.monotonic()
    work = shares()
    with load(), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(soak, work, repeat(REPEAT)))
    verdicts, differing = (sum(column) for column in zip(*results, strict=True))
    print(f"repetitions: {REPEAT}")
    print(f"cases: {verdicts // REPEAT}")
    print(f"verdicts: {verdicts}")
    print(f"differing_verdicts: {differing}")
    print(f"seconds: {time.monotonic() - start:.0f}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
