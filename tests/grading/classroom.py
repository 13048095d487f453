"""A class of generated submissions over the real course: honest, wrong, mangled and hostile ones.

The same seed gives the same class. ``python -m grading.classroom SUBMISSIONS OUT`` (with ``tests``
in ``PYTHONPATH``) writes 40 of them, has ``clinic grade`` judge them, and prints what came of it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matrix
from grading.arena import CONFESS, RAW, Attack, corpus

from clinic.catalog import Course, Rule
from clinic.exercise import source_of

RIGHT, WRONG, ATTACK = "right", "wrong", "attack"
KINDS = {"full": 5, "partial": 12, "wrong": 7, "untouched": 2, "mangled": 5, "hostile": 9}
"""How many of each there are in a class of 40."""

_SHARES = {"partial": (3, 7), "wrong": (3, 6), "mangled": (3, 6), "hostile": (4, 8)}
"""How many rules each one of a kind has worked on, at the least and at the most."""

_OF_THE_ARENA = ("huge_source", "never_stops")


@dataclass(frozen=True, slots=True)
class Pupil:
    """One submission: what it says for each rule, and what stands in it: right, wrong, attack."""

    name: str
    kind: str
    sources: Mapping[str, str]
    states: Mapping[str, str]
    attacks: Mapping[str, Attack] = field(default_factory=dict)
    mangle: Callable[[dict[str, Any]], None] | None = None

    def complaints(self, row: Mapping[str, Any]) -> list[str]:
        """Return what is not as it must be in the student's result, in words."""
        said = [self._complaint(rule) for rule in row["rules"]]
        return [f"{self.name}: {words}" for words in said if words]

    def _complaint(self, found: Mapping[str, Any]) -> str:
        rule, outcome, points = found["rule"], found["outcome"], found["points"]
        state = self.states.get(rule, "untouched")
        told = f"{rule} ({state}) ended {outcome} with {points} points: {found['reason']}"
        if state == RIGHT:
            return "" if points == found["possible"] else told
        if state == "untouched":
            return "" if (outcome, points) == ("not_attempted", 0) else told
        if state == WRONG:
            unpaid = points < (found["possible"] or 1)  # the first repair is worth nothing
            return "" if outcome == "not_yet" and unpaid else told
        attack = self.attacks[rule]
        fair = found["possible"] if outcome == "repaired" else 0
        return "" if outcome in attack.ends and points == fair else f"{attack.name}: {told}"


@dataclass(slots=True)
class Classroom:
    """Makes pupils of a course; ``places`` are what attacks may know of the grader's machine."""

    course: Course
    seed: int
    places: Mapping[str, str]
    rules: Sequence[Rule] = ()
    attacks: Sequence[Attack] = ()

    def __post_init__(self) -> None:
        self.rules = self.rules or self.course.rules
        # What is only right for the arena's own rule says nothing here.
        wanted = [one for one in corpus() if not one.earns and one.name not in _OF_THE_ARENA]
        self.attacks = self.attacks or wanted

    def pupils(self, size: int = 40) -> list[Pupil]:
        """Return ``size`` pupils, in the proportions of ``KINDS``, in random order."""
        dice = random.Random(self.seed)
        kinds = [kind for kind, number in KINDS.items() for _ in range(number)]
        kinds = [kinds[index * len(kinds) // size] for index in range(size)]
        dice.shuffle(kinds)
        attacks = list(self.attacks)
        dice.shuffle(attacks)
        return [
            self._pupil(f"{number:02} {kind}", kind, dice, attacks)
            for number, kind in enumerate(kinds, start=1)
        ]

    def _pupil(self, name: str, kind: str, dice: random.Random, attacks: list[Attack]) -> Pupil:
        rules = self._some_rules(kind, dice)
        sources, states, used = {}, {}, {}
        for number, rule in enumerate(rules):
            hostile = kind == "hostile" and number % 2 == 0
            state = ATTACK if hostile else WRONG if kind == "wrong" else RIGHT
            if state == ATTACK:
                used[rule.id] = attacks.pop(0)
                sources[rule.id] = self._attack(rule, used[rule.id])
            else:
                sources[rule.id] = self._attempt(rule, state, dice)
            states[rule.id] = state
        mangle = dice.choice(MANGLED) if kind == "mangled" else None
        return Pupil(name, kind, sources, states, used, mangle)

    def _some_rules(self, kind: str, dice: random.Random) -> list[Rule]:
        if kind == "full":
            return list(self.rules)
        if kind == "untouched":
            return []
        least, most = _SHARES[kind]
        number = min(dice.randint(least, most), len(self.rules))
        order = {rule.id: place for place, rule in enumerate(self.rules)}
        return sorted(dice.sample(list(self.rules), number), key=lambda rule: order[rule.id])

    def _attempt(self, rule: Rule, state: str, dice: random.Random) -> str:
        paths = [path for path in matrix.attempts(rule.id) if path.name.startswith(state)]
        return dice.choice(paths).read_text("utf-8")

    def _attack(self, rule: Rule, attack: Attack) -> str:
        """Return the attack as a cell of another rule than that of the arena."""
        repaired = source_of(self.course.solutions / rule.notebook, rule.id)
        apps = {"shipped": rule.original, "repaired": repaired, "confess": CONFESS, "raw": RAW}
        text = attack.source(self.places, apps)
        return f"# exercise: {rule.id}\n{text.partition(chr(10))[2]}"

    def write(self, pupils: Iterable[Pupil], folder: Path) -> None:
        """Write a folder with the notebooks of each pupil."""
        for pupil in pupils:
            (folder / pupil.name).mkdir(parents=True)
            for category in self.course.categories:
                rules = {rule.id for rule in category.rules} & pupil.sources.keys()
                if rules or pupil.kind == "untouched":
                    document = self._notebook(category.notebook, pupil)
                    path = folder / pupil.name / category.notebook
                    path.write_text(json.dumps(document), "utf-8", "replace")

    def _notebook(self, name: str, pupil: Pupil) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.course.root / "notebooks" / name).read_text())
        for number, cell in enumerate(document["cells"], start=1):
            rule = cell["metadata"].get("clinic", {}).get("rule")
            if rule in pupil.sources:
                cell["source"] = pupil.sources[rule].splitlines(keepends=True)
                cell["execution_count"] = number
        if pupil.mangle:
            pupil.mangle(document)
        return document


def _without_metadata(document: dict[str, Any]) -> None:
    """Do what Colab and nbstripout do, and older Jupyter did to the ids."""
    document["metadata"], document["nbformat_minor"] = {}, 0
    for cell in document["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def _copied(document: dict[str, Any]) -> None:
    document["cells"] = [copy for cell in document["cells"] for copy in (cell, cell)]


def _reordered(document: dict[str, Any]) -> None:
    document["cells"].reverse()


def _flooded(document: dict[str, Any]) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [output]
            break


def _only_exercises(document: dict[str, Any]) -> None:
    document["cells"] = [c for c in document["cells"] if "rule" in c["metadata"].get("clinic", {})]


MANGLED = (_without_metadata, _copied, _reordered, _flooded, _only_exercises)


def table(pupils: Iterable[Pupil], rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what came of the class, in Markdown."""
    lines = ["| student | points | exercises | as expected |", "|---|---|---|---|"]
    for pupil in pupils:
        row = rows[pupil.name]
        told = [
            f"{rule['rule']}: {pupil.attacks[rule['rule']].name} -> {rule['outcome']}"
            for rule in row["rules"]
            if rule["rule"] in pupil.attacks
        ]
        what = "; ".join(told) or f"{len(pupil.sources)} {pupil.kind}"
        fine = "; ".join(pupil.complaints(row)) or "yes"
        lines.append(f"| {pupil.name} | {row['points']} of {row['possible']} | {what} | {fine} |")
    return "\n".join(lines)


def results(out: Path) -> dict[str, dict[str, Any]]:
    """Return the result of each student of a grading run, by name."""
    rows = [json.loads(path.read_text("utf-8")) for path in (out / "results").glob("*.json")]
    return {row["student"]: row for row in rows}


def main(submissions: str, out: str, *options: str) -> int:
    """Write 40 submissions, grade them and print the table; return the exit status."""
    course = matrix.course()
    places = {"COURSE": str(course.root), "SUBMISSIONS": submissions, "OUT": out} | {
        "CANARY": f"{submissions}/01", "PORT": "1", "ABSTRACT": "x", "GRADER": "2"
    } | {"FILLER": "x", "RUBBISH": "\n!ls\n\0"}  # fmt: skip
    room = Classroom(course, seed=5, places=places)
    pupils = room.pupils()
    room.write(pupils, Path(submissions))
    command = [sys.executable, "-m", "clinic", "grade", submissions, "--out", out, *options]
    done = subprocess.run(command, cwd=course.root)
    print(table(pupils, results(Path(out))))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
