"""Every attack of the corpus, run for real by ``clinic grade`` beside honest students.

One class is graded once, by several judges side by side; then each test asks about one attack.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from grading.arena import HONEST, POINTS, Attack, corpus
from grading.hostile_class import Listeners, Outcome, Scene, run_grade, texts_below
from grading.hostile_files import EVIL_NAMES, FILE_ATTACKS, FULL, FileAttack

from clinic.errors import MachineError
from clinic.grading import sandbox

ATTACKS = corpus()
EVERY = 8
"""After so many attackers comes an honest student."""
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that change what a terminal or a page does: C0, C1 and those of direction."""
LEFT_BEHIND = [Path(place, "left-behind") for place in ("/tmp", "/dev/shm", "/var/tmp")]

pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.timeout(1800)]


@dataclass(frozen=True, slots=True)
class Graded:
    """The graded class, and what was outside before and after."""

    scene: Scene
    outcome: Outcome
    callers: tuple[str, ...]
    changed: tuple[str, ...]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    try:
        sandbox.require()
    except MachineError as error:
        pytest.skip(str(error))
    scene = Scene.build(tmp_path_factory.mktemp("hostile"))
    with Listeners.open(scene.canary) as listeners:
        fill(scene, listeners)
        before = scene.state()
        outcome = run_grade(scene, "--jobs", "4")
        after = scene.state()
    changed = [
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    ]
    yield Graded(scene, outcome, tuple(listeners.callers), tuple(changed))
    for path in scene.submissions.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700)


def fill(scene: Scene, listeners: Listeners) -> None:
    places = scene.places(listeners)
    scene.add_honest("000 honest")
    for number, attack in enumerate(ATTACKS, start=1):
        scene.add_attack(f"{number:03} {attack.name}", attack, places)
        if number % EVERY == 0:
            scene.add_honest(f"{number:03} honest")
    for files in FILE_ATTACKS:
        scene.add_files(f"files {files.name}", files, places)
    for name in EVIL_NAMES:
        scene.add_honest(name)


def student_of(attack: Attack) -> str:
    return f"{ATTACKS.index(attack) + 1:03} {attack.name}"


# what becomes of each attack


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_earns_what_is_honest(graded: Graded, attack: Attack) -> None:
    row = graded.outcome.rule(student_of(attack), attack.rule)
    earned = POINTS if row["outcome"] == "repaired" else attack.earns
    assert (row["outcome"] in attack.ends, row["points"]) == (True, earned), row


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_costs_only_itself(graded: Graded, attack: Attack) -> None:
    for rule in ("opening", "closing"):
        row = graded.outcome.rule(student_of(attack), rule)
        assert row["points"] == POINTS, row


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_reaches_nothing(graded: Graded, attack: Attack) -> None:
    row = graded.outcome.rule(student_of(attack), attack.rule)
    assert "REACHED" not in str(row), row
    assert "CANARY-" not in str(row), row


@pytest.mark.parametrize("attack", FILE_ATTACKS, ids=lambda attack: attack.name)
def test_hostile_files_earn_what_can_be_read(graded: Graded, attack: FileAttack) -> None:
    row = graded.outcome.rows[f"files {attack.name}"]
    assert sum(rule["points"] for rule in row["rules"]) in attack.points, row
    if attack.points == (0.0,):
        assert row["notes"] or any(rule["reason"] for rule in row["rules"]), row


# what becomes of everybody else


def test_the_run_ends_and_says_so(graded: Graded) -> None:
    assert graded.outcome.status == 0, graded.outcome.said
    assert "Traceback" not in graded.outcome.said


def test_every_student_has_a_result(graded: Graded) -> None:
    handed_in = len(os.listdir(graded.scene.submissions))
    assert len(graded.outcome.rows) == handed_in


def test_honest_neighbours_keep_full_marks(graded: Graded) -> None:
    honest = {name: row for name, row in graded.outcome.rows.items() if name.endswith("honest")}
    assert len(honest) == 1 + len(ATTACKS) // EVERY
    assert {name: row["points"] for name, row in honest.items()} == dict.fromkeys(honest, FULL)


def test_honest_students_with_evil_names_keep_full_marks(graded: Graded) -> None:
    known = {f"files {attack.name}" for attack in FILE_ATTACKS}
    others = {
        name: row["points"]
        for name, row in graded.outcome.rows.items()
        if name not in known and not name[:3].isdigit()
    }
    assert len(others) == len(EVIL_NAMES)
    assert set(others.values()) == {FULL}, others


def test_no_attack_was_judged_as_it_was_shipped(graded: Graded) -> None:
    """An attack that the run takes for the shipped text would prove nothing."""
    for attack in ATTACKS:
        outcome = graded.outcome.rule(student_of(attack), attack.rule)["outcome"]
        assert outcome != "not_attempted", attack.name


# the machine afterwards


def test_nothing_outside_has_changed(graded: Graded) -> None:
    assert graded.changed == ()
    assert [place for place in LEFT_BEHIND if place.exists()] == []


def test_no_secret_is_in_anything_that_was_written_or_said(graded: Graded) -> None:
    places = [(Path("the terminal"), graded.outcome.said), *texts_below(graded.scene.out)]
    for secret in (*graded.scene.secrets, "CANARY-"):
        assert [path for path, text in places if secret in text] == []


def test_nobody_called_the_grader(graded: Graded) -> None:
    assert graded.callers == ()


def test_the_machine_is_clean(graded: Graded) -> None:
    assert list(graded.outcome.left_processes) == []
    assert list(graded.outcome.left_files) == []
    assert list(graded.outcome.new_mounts) == []
    assert list(graded.outcome.new_segments) == []


def test_the_grader_stays_small(graded: Graded) -> None:
    assert 0 < graded.outcome.peak < 1500  # MB; one hostile notebook alone has 100


def test_no_hostile_text_is_live_on_a_page(graded: Graded) -> None:
    pages = [
        (path, text) for path, text in texts_below(graded.scene.out) if path.suffix == ".html"
    ]
    assert len(pages) > len(graded.outcome.rows), "a page for each student and one for the class"
    for path, text in pages:
        assert "<script>alert(" not in text, path
        assert "<img src=x" not in text, path
        assert not CONTROL.search(text), path


def test_no_cell_of_a_table_is_a_formula(graded: Graded) -> None:
    tables = sorted(graded.scene.out.glob("*.csv"))
    assert tables
    for path in tables:
        with path.open(newline="", encoding="utf-8-sig") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if cell[:1] in tuple("=+@\t\r")] == [], path
        assert [cell for cell in cells if CONTROL.search(cell)] == [], path


def test_nothing_hostile_reaches_the_terminal(graded: Graded) -> None:
    assert CONTROL.search(graded.outcome.said) is None


def test_the_corpus_is_large_and_says_what_it_does() -> None:
    assert len(ATTACKS) >= 100
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    for attack in ATTACKS:
        assert attack.rule in ("ledger", "hasty")
        assert attack.aims
        assert set(attack.ends) <= {"not_yet", "could_not_tell", "repaired"}


def test_honest_exercises_are_worth_their_points() -> None:
    assert len(HONEST) * POINTS == FULL
