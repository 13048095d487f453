"""What a verdict depends on, as SHA-256 digests: while a digest stays the same, the verdict holds.

A verdict depends on the student's text, on the check and the shipped text of its rule, on the
engine (this package), on Python and the packages, and on the limits of the sandbox. It does not
depend on what only shows results, so that a better gradebook costs no regrading.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from clinic.catalog import Course, lesson_paths
from clinic.cells import Cell, read_notebook
from clinic.errors import CourseError
from clinic.exercise import rule_of_check

_DISTRIBUTION = "fastapi-clinic"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def digest_of(*values: object) -> str:
    """Return the SHA-256 of plain JSON values; texts may hold anything, also half surrogates."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def check_digests(course: Course) -> dict[str, str]:
    """Return for each rule the digest of all that a verdict depends on but the student's text.

    Raises CourseError for a rule without a check.
    """
    engine = engine_digest()
    cells = dict(_check_cells(course))
    missing = [rule.id for rule in course.rules if rule.id not in cells]
    if missing:
        raise CourseError(f"The course has no check for {', '.join(missing)} in tests/checks.")
    return {
        rule.id: digest_of(engine, _versions(), _cell(cells[rule.id]), rule.original)
        for rule in course.rules
    }


def course_digest(digests: Mapping[str, str]) -> str:
    """Return one digest for all checks: two machines that agree in it judge alike."""
    return digest_of(dict(digests))


def engine_digest() -> str:
    """Return the digest of the modules that judge; those that only show results are left out."""
    package = Path(__file__).resolve().parents[1]
    others = [package / "grading" / name for name in ("sandbox.py", "supervisor.py")]
    modules = sorted([*package.glob("*.py"), *others])
    return digest_of(
        {path.name: path.read_text("utf-8", "replace") for path in modules if path.exists()}
    )


@functools.cache
def _versions() -> Mapping[str, str]:
    """Return the version of Python and of each package that the course needs, at any depth."""
    found: dict[str, str] = {"python": platform.python_version()}
    waiting = [_DISTRIBUTION]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _version(name)
            waiting += _needs(name)
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # of another system, such as appnope
        return ""


def _needs(name: str) -> Iterator[str]:
    try:
        requirements = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for line in requirements:
        found = _NAME.match(line)
        if found and "extra ==" not in line.replace("extra==", "extra =="):
            yield re.sub(r"[-_.]+", "-", found[0]).lower()


def _check_cells(course: Course) -> Iterator[tuple[str, Cell]]:
    for path in lesson_paths(course.checks):
        for cell in read_notebook(path).cells:
            rule = rule_of_check(cell.source) if cell.kind == "code" else None
            if rule is not None:
                yield rule, cell


def _cell(cell: Cell) -> list[object]:
    return [cell.source, [dict(output) for output in cell.outputs]]
