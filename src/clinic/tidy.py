"""Keep the course's own notebooks free of everything that only makes diffs noisy.

For authors. A tidy notebook has fixed cell ids, no execution counts and no outputs (except in
cells whose outputs nbval compares), and no metadata beyond tags and the course's own.

The shipped text of an exercise is stored in its cell's metadata (``clinic.original``), where
``reset`` finds it after the learner has changed the cell. So tidying never changes a stored
original that differs from the cell: it says so, and an author who has edited the exercise asks for
it by ``clinic tidy --originals``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clinic.catalog import Course, lesson_paths, original_of
from clinic.cells import Cell, Notebook, dump_notebook, read_notebook
from clinic.errors import MachineError
from clinic.exercise import rule_of

COMPARED = "nbval-check-output"
"""nbval compares the outputs of cells with this tag, so these keep them."""

_CHECK = re.compile(r"\s*#[ \t]*check[ \t]*:[ \t]*([\w-]+)")
_VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?")
_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
_OUTPUT_KEYS = {
    "stream": ("name", "text"),
    "display_data": ("data",),
    "execute_result": ("data",),
    "error": ("ename", "evalue", "traceback"),
}


@dataclass(frozen=True, slots=True)
class Tidied:
    """One notebook as it should be.

    ``changes`` tells whether the file is different now; ``edited`` are the rules whose exercise
    differs from its stored original, which only ``originals=True`` overwrites.
    """

    path: Path
    text: str
    changes: bool
    edited: tuple[str, ...]


def tidy_course(course: Course, *, originals: bool = False) -> list[Tidied]:
    """Return every notebook of the course as it should be; nothing is written.

    Raises:
        UsageError: a notebook cannot be read.
    """
    lessons = [
        _tidied(path, originals=originals, lesson=True) for path in lesson_paths(course.notebooks)
    ]
    others = [*lesson_paths(course.solutions), *lesson_paths(course.checks)]
    return lessons + [_tidied(path) for path in others]


def write(tidied: Tidied) -> None:
    """Put the notebook in place of the file, whole or not at all.

    Raises:
        MachineError: the file cannot be written.
    """
    fresh = tidied.path.with_name(f".{tidied.path.name}.tmp")
    try:
        fresh.write_text(tidied.text, encoding="utf-8", newline="")
        fresh.replace(tidied.path)
    except OSError as error:
        raise MachineError(f"{tidied.path} cannot be written: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


def tidy_notebook(
    notebook: Notebook, *, originals: bool = False, lesson: bool = False
) -> Notebook:
    """Return the notebook as it should be; only a ``lesson`` stores originals."""
    cells = [replace(cell, metadata=_metadata(cell)) for cell in notebook.cells]
    if lesson:
        cells = [_with_original(cell, overwrite=originals) for cell in cells]
    identified = _with_ids(cells)
    return Notebook(tuple(_with_outputs(identified)), _METADATA, notebook.path)


def is_foreign(cell: Cell) -> bool:
    """Tell whether the cell's id is one that JupyterLab or nbformat drew, or none.

    A cell of the course has an id of words; tidying gives it one, and by that an author says that
    the cell belongs to the lesson.
    """
    return not cell.id or _RANDOM_ID.fullmatch(cell.id) is not None


def _tidied(path: Path, *, originals: bool = False, lesson: bool = False) -> Tidied:
    before = read_notebook(path)
    after = tidy_notebook(before, originals=originals, lesson=lesson)
    text = dump_notebook(after)
    edited = tuple(cell.id for cell in after.cells if lesson and _is_edited(cell))
    return Tidied(path, text, text.encode() != path.read_bytes(), edited)


def _metadata(cell: Cell) -> dict[str, Any]:
    tags = list(dict.fromkeys(cell.tags))
    if _named(cell, _CHECK) and COMPARED not in tags:
        tags.append(COMPARED)
    own = dict(cell.clinic)
    if (rule := _exercise(cell)) is not None:
        own["rule"] = rule
    kept = {"tags": tags, "clinic": own}
    return {key: value for key, value in kept.items() if value}


def _exercise(cell: Cell) -> str | None:
    return rule_of(cell.source) if cell.kind == "code" else None


def _named(cell: Cell, pattern: re.Pattern[str]) -> str | None:
    found = pattern.match(cell.source) if cell.kind == "code" else None
    return found.group(1) if found else None


def _with_original(cell: Cell, *, overwrite: bool) -> Cell:
    if _exercise(cell) is None or ("original" in cell.clinic and not overwrite):
        return cell
    own = dict(cell.clinic) | {"original": cell.source.splitlines(keepends=True)}
    return replace(cell, metadata=dict(cell.metadata) | {"clinic": own})


def _is_edited(cell: Cell) -> bool:
    return _exercise(cell) is not None and original_of(cell) != cell.source


def _with_ids(cells: list[Cell]) -> list[Cell]:
    """Give each cell an id of its own: its rule's, else the one it has, else one that it earns."""
    taken: set[str] = set()
    fixed: dict[int, str] = {}
    for wish in (_role_id, _own_id, _earned_id):
        for index, cell in enumerate(cells):
            wanted = wish(cell) if index not in fixed else None
            if wanted is not None and (wish is _earned_id or wanted not in taken):
                fixed[index] = _unique(wanted, taken)
                taken.add(fixed[index])
    return [replace(cell, id=fixed[index]) for index, cell in enumerate(cells)]


def _role_id(cell: Cell) -> str | None:
    return _exercise(cell) or _named(cell, _CHECK)


def _own_id(cell: Cell) -> str | None:
    return cell.id if _VALID_ID.fullmatch(cell.id) and not is_foreign(cell) else None


def _earned_id(cell: Cell) -> str:
    """Return words of the first line, so that the id means something in a diff."""
    first = next(iter(cell.source.strip().splitlines()), "")
    words = re.sub(r"[^a-z0-9_]+", "-", first.lower())[:40].strip("-")
    return words or f"{cell.kind}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"


def _unique(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _with_outputs(cells: list[Cell]) -> Iterator[Cell]:
    """Number the cells whose outputs are compared, for nbval skips one that was never run."""
    count = 0
    for cell in cells:
        if cell.kind == "code" and COMPARED in cell.tags:
            count += 1
            yield replace(cell, execution_count=count, outputs=_outputs(cell, count))
        else:
            yield replace(cell, execution_count=None, outputs=())


def _outputs(cell: Cell, count: int) -> tuple[Mapping[str, Any], ...]:
    """Return the outputs without what changes from run to run, runs of one stream joined."""
    kept: list[dict[str, Any]] = []
    for output in cell.outputs:
        if output.get("output_type") not in _OUTPUT_KEYS:
            continue  # a front end of the future, or no output at all: nbval knows neither
        row = _output(output, count)
        last = kept[-1] if kept else {}
        if row["output_type"] == "stream" and last.get("name") == row.get("name"):
            last["text"] += row["text"]
        else:
            kept.append(row)
    return tuple(kept)


def _output(output: Mapping[str, Any], count: int) -> dict[str, Any]:
    kind = output["output_type"]
    row = {"output_type": kind} | {key: output.get(key) for key in _OUTPUT_KEYS[kind]}
    if kind == "stream":
        row["text"] = "".join(output.get("text", ()))
    if kind in ("display_data", "execute_result"):
        row["metadata"] = {}
    return row | ({"execution_count": count} if kind == "execute_result" else {})
