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

from clinic.catalog import Rule

REPEAT = int(os.environ.get("REPEAT", "20"))


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


def soak(rule: Rule, rounds: int) -> tuple[int, int]:
    """Judge every case of a rule ``rounds`` times; return how many verdicts, how many differed."""
    verdicts = differing = 0
    judge = matrix.judge(rule)
    for number in range(1, rounds + 1):
        for case in matrix.cases(rule):
            (verdict,) = judge.run({rule.id: case.source})
            verdicts += 1
            if complaint := case.complaint(verdict):
                differing += 1
                print(f"round {number}: {case.id}: {complaint}", flush=True)
        print(f"{rule.id}: round {number} of {rounds} done", flush=True)
    judge.close()
    return verdicts, differing


def main() -> int:
    """Run the soak; return 1 if a verdict differed."""
    wanted = os.environ.get("RULES", "").split(",") if os.environ.get("RULES") else None
    rules = [rule for rule in matrix.course().rules if wanted is None or rule.id in wanted]
    start = time.monotonic()
    with load(), ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(soak, rules, repeat(REPEAT)))
    verdicts, differing = (sum(column) for column in zip(*results, strict=True))
    print(f"repetitions: {REPEAT}")
    print(f"cases: {verdicts // REPEAT}")
    print(f"verdicts: {verdicts}")
    print(f"differing_verdicts: {differing}")
    print(f"seconds: {time.monotonic() - start:.0f}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
