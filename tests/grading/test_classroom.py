"""A small mixed class over the real course, graded as an instructor does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matrix
import pytest
from grading.arena import corpus
from grading.classroom import KINDS, Classroom, results

from clinic.errors import MachineError
from clinic.grading import sandbox

pytestmark = [pytest.mark.xdist_group("classroom"), pytest.mark.timeout(1200)]

QUICK = {"exit_at_import", "patched_libraries", "reads_the_answers", "harmless_noise", "daemon"}
PLACES = {"COURSE": str(matrix.ROOT), "SUBMISSIONS": "/s", "OUT": "/o", "CANARY": "/c"}


def room(seed: int) -> Classroom:
    rules = [matrix.course().rule(name) for name in ("first_repair", "cookie_parameters")]
    attacks = [attack for attack in corpus() if attack.name in QUICK]
    return Classroom(matrix.course(), seed, PLACES, rules, attacks)


def test_a_mixed_class_gets_what_it_has_earned(tmp_path: Path) -> None:
    try:
        sandbox.require()
    except MachineError as error:
        pytest.skip(str(error))
    classroom = room(seed=int.from_bytes(os.urandom(2)))
    pupils = classroom.pupils(12)
    classroom.write(pupils, tmp_path / "submissions")
    command = [sys.executable, "-m", "clinic", "grade", str(tmp_path / "submissions")]
    command += ["--out", str(tmp_path / "out"), "--rules", "first_repair,cookie_parameters"]
    done = subprocess.run(command, cwd=matrix.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = results(tmp_path / "out")
    complaints = [words for pupil in pupils for words in pupil.complaints(rows[pupil.name])]
    assert complaints == [], f"seed {classroom.seed}"


def test_the_same_seed_gives_the_same_class() -> None:
    assert room(7).pupils(12) == room(7).pupils(12)
    assert room(7).pupils(12) != room(8).pupils(12)


def test_a_class_of_forty_has_every_kind() -> None:
    kinds = [pupil.kind for pupil in Classroom(matrix.course(), 1, _all_places()).pupils()]
    assert {kind: kinds.count(kind) for kind in KINDS} == KINDS


def _all_places() -> dict[str, str]:
    return PLACES | {"PORT": "1", "ABSTRACT": "x", "GRADER": "2", "RUBBISH": "\0", "FILLER": ""}
