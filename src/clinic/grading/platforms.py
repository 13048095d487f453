"""What the exports for nbgrader and Gradescope share: a choice, a place, and grading."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from clinic.catalog import Course, Rule
from clinic.errors import MachineError, UsageError
from clinic.grading import sandbox
from clinic.grading.results import StudentResult
from clinic.grading.run import grade
from clinic.nbval_run import require_checks


def chosen_rules(
    course: Course, notebooks: Iterable[str] = (), rules: Iterable[str] = ()
) -> tuple[Rule, ...]:
    """Return the exercises of these notebooks (``01_async_concurrency``) that are among ``rules``.

    Nothing named means everything. Raises UsageError for a name that the course does not have, for
    a choice that leaves nothing, and in a course without checks.
    """
    require_checks(course)
    stems = {_stem(course, name) for name in notebooks}
    ids = {course.rule(rule).id for rule in rules}
    chosen = tuple(
        rule
        for rule in course.rules
        if (not stems or Path(rule.notebook).stem in stems) and (not ids or rule.id in ids)
    )
    if not chosen:
        raise UsageError("No exercise is left: none of these rules is in these notebooks.")
    return chosen


def _stem(course: Course, name: str) -> str:
    stem = Path(name).name.removesuffix(".ipynb")
    known = [Path(category.notebook).stem for category in course.categories]
    if stem not in known:
        raise UsageError(f"There is no notebook {name!r}. The notebooks are {', '.join(known)}.")
    return stem


def fill_folder(place: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a new folder, which gets its name ``place`` when it is whole.

    Raises UsageError where something is at ``place`` already, other than an empty folder, and
    MachineError when the disk does not take it.
    """
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise UsageError(f"{place} exists already. Name another place, or remove it first.")
    _made_beside(place, write, directory=True)


def fill_file(place: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` make a new file, which gets its name ``place`` when it is whole.

    Raises UsageError where something is at ``place`` already, and MachineError when the disk does
    not take it.
    """
    if place.exists():
        raise UsageError(f"{place} exists already. Name another file, or remove it first.")
    _made_beside(place, write, directory=False)


def _made_beside(place: Path, write: Callable[[Path], None], *, directory: bool) -> None:
    target = place.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".clinic-export-") as folder:
            made = Path(folder) / target.name
            if directory:
                made.mkdir()
            write(made)
            os.replace(made, target)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise MachineError(f"{place} cannot be written: {reason}.") from error


def graded(
    notebook: bytes, course: Course, rules: Sequence[str], sandboxed: bool | None = None
) -> StudentResult:
    """Return the result of one notebook; None means: in a sandbox where this machine has one.

    Whether it has one is asked before anything of the notebook runs, so that no submission can
    break the sandbox and be judged without.
    """
    wanted = has_sandbox() if sandboxed is None else sandboxed
    return grade(notebook, course, rules=rules, sandboxed=wanted)


def has_sandbox() -> bool:
    """Tell whether this machine lets us make a sandbox."""
    try:
        sandbox.require()
    except MachineError:
        return False
    return True
