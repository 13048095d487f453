"""A lesson as learners get it, whatever somebody has typed into it in the meantime."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from clinic.catalog import ANSWER_PLACEHOLDER, answer_mark, original_of
from clinic.cells import Cell, Notebook
from clinic.errors import UsageError
from clinic.exercise import rule_of
from clinic.tidy import is_foreign, tidy_notebook

_LINK = re.compile(r"\[([^\]\[]+)\]\((\d\d_\w+\.ipynb)(?:#[^)]*)?\)")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A lesson without traces of work.

    ``restored`` names the exercises that were put back and the answers that were emptied,
    ``left_out`` counts cells that are not the lesson's own.
    """

    notebook: Notebook
    restored: tuple[str, ...]
    left_out: int


def as_shipped(lesson: Notebook, beside: Collection[str]) -> Shipped:
    """Return the lesson with its exercises as shipped, empty answers, and no outputs.

    Copies of an exercise (``reset`` makes one) are left out, and so is a cell that was added in
    JupyterLab, where an instructor may have tried an answer: ``clinic tidy`` gives a cell an id of
    its own, which makes it part of the lesson. Links to lessons that are not among ``beside``,
    the file names of those that are handed out together, become plain text.

    Raises UsageError when most cells have lost their ids: then nobody can tell them apart.
    """
    foreign = sum(map(_is_added, lesson.cells))
    if foreign * 2 > len(lesson.cells):
        raise UsageError(
            f"Most cells of {lesson.path.name} have ids that are not the course's own, so added "
            "cells cannot be told from it. If they are all meant, run: clinic tidy"
        )
    own = tuple(_own_cells(lesson))
    fresh = [_fresh(cell, lesson.path.stem, beside) for cell in own]
    restored = [new.id for old, new in zip(own, fresh, strict=True) if _is_changed(old, new)]
    notebook = replace(lesson, cells=tuple(fresh))
    tidied = tidy_notebook(notebook, lesson=True)
    bare = [replace(cell, outputs=(), execution_count=None) for cell in tidied.cells]
    return Shipped(
        replace(tidied, cells=tuple(bare)), tuple(restored), len(lesson.cells) - len(own)
    )


def _own_cells(lesson: Notebook) -> Iterator[Cell]:
    seen: set[object] = set()
    for cell in lesson.cells:
        rule = _rule(cell)
        copied = rule in seen if rule else cell.kind == "code" and rule_of(cell.source)
        if not copied and not _is_added(cell):
            seen.add(rule)
            yield cell


def _is_added(cell: Cell) -> bool:
    """Tell whether somebody added the cell. Without any id nobody knows, and it is kept."""
    return bool(cell.id) and is_foreign(cell) and not cell.clinic


def _rule(cell: Cell) -> object:
    return cell.clinic.get("rule") if cell.kind == "code" else None


def _fresh(cell: Cell, stem: str, beside: Collection[str]) -> Cell:
    if _rule(cell):
        return replace(cell, source=original_of(cell))
    if cell.kind == "markdown" and _is_answer(cell, stem):
        empty = f"{answer_mark(stem)}\n\n{ANSWER_PLACEHOLDER}"
        return replace(cell, source=empty, attachments={})
    if cell.kind == "markdown":
        return replace(cell, source=_without_dead_links(cell.source, beside))
    return cell


def _is_answer(cell: Cell, stem: str) -> bool:
    return cell.id == "answer" or cell.source.lstrip().startswith(answer_mark(stem))


def _is_changed(old: Cell, new: Cell) -> bool:
    return old.source != new.source and bool(_rule(new) or ANSWER_PLACEHOLDER in new.source)


def _without_dead_links(markdown: str, beside: Collection[str]) -> str:
    return _LINK.sub(lambda found: found[0 if found[2] in beside else 1], markdown)
