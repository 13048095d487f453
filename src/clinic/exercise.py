"""The learner's text of an exercise: found in the kernel's history or in a notebook file.

An exercise is the cell whose first line is ``# exercise: <rule>``. That line survives copying,
Colab and nbstripout, which cell ids and metadata do not.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from clinic.cells import Notebook, read_notebook
from clinic.errors import UsageError

EXERCISE = re.compile(r"\s*#[ \t]*exercise[ \t]*:[ \t]*([\w-]+)[ \t]*(?:\r?\n|$)", re.IGNORECASE)
"""Matches the start of an exercise cell; blank lines may stand above the line."""

_CHECK = re.compile(r"\s*#[ \t]*check[ \t]*:[ \t]*(\w+)")


def rule_of(source: str) -> str | None:
    """Return the rule that the first line of a cell names, or ``None``."""
    found = EXERCISE.match(source)
    return found.group(1) if found else None


def rule_of_check(source: str) -> str | None:
    """Return the rule that the first line of a check cell names, or ``None``."""
    found = _CHECK.match(source)
    return found.group(1) if found else None


def sources_in(notebook: Notebook, originals: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return rule id and source of every exercise in the notebook.

    Of several cells of one rule the last one counts. With ``originals`` (rule id to shipped text)
    it is the last one that the learner changed: a fresh copy below must not hide a repair.
    """
    shipped = originals or {}
    chosen: dict[str, str] = {}
    for rule, source in _exercise_cells(notebook):
        original = shipped.get(rule)
        if rule not in chosen or original is None or attempted(source, original):
            chosen[rule] = source
    return chosen


def source_of(path: Path, rule: str, originals: Mapping[str, str] | None = None) -> str:
    """Return the text of one exercise in a notebook file, chosen as in :func:`sources_in`.

    Raises:
        UsageError: the file is no notebook, or has no cell of that rule.
    """
    sources = sources_in(read_notebook(path), originals)
    if rule not in sources:
        raise UsageError(
            f"{path.name} has no exercise cell of {rule}; its first line is '# exercise: {rule}'."
        )
    return sources[rule]


def attempted(source: str, original: str) -> bool:
    """Tell whether ``source`` says anything that the shipped text does not.

    Comments, blank lines and formatting are no attempt.
    """
    return _essence(source) != _essence(original)


def fingerprint(source: str) -> str:
    """Return a SHA-256 that is the same for texts that differ in comments or formatting only."""
    return hashlib.sha256(_essence(source).encode("utf-8", "replace")).hexdigest()


class CellRecorder:
    """Keeps the latest text of each exercise that runs in this kernel.

    The kernel's own history is not enough: JupyterLab stores every run there, but nbval and other
    front ends run cells with ``store_history=False``.
    """

    def __init__(self) -> None:
        self.latest: dict[str, str] = {}

    def __call__(self, info: Any) -> None:
        """Note a cell that is about to run; IPython calls this for every cell."""
        source = getattr(info, "raw_cell", None)
        if isinstance(source, str) and (rule := rule_of(source)) is not None:
            self.latest[rule] = source


def record_runs(shell: Any) -> CellRecorder:
    """Return the recorder of an IPython shell, registering one at the first call."""
    recorder = _recorder_of(shell)
    if recorder is None:
        recorder = CellRecorder()
        shell.events.register("pre_run_cell", recorder)
    return recorder


def latest_run(rule: str) -> str | None:
    """Return the text of the latest run of an exercise in this kernel, or ``None``."""
    shell = current_shell()
    if shell is None:
        return None
    recorder = _recorder_of(shell)
    if recorder is not None and rule in recorder.latest:
        return recorder.latest[rule]
    inputs = [source for source in _history(shell) if rule_of(source) == rule]
    return inputs[-1] if inputs else None


def current_shell() -> Any | None:
    """Return the IPython shell that this code runs in, or ``None`` in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _exercise_cells(notebook: Notebook) -> Iterator[tuple[str, str]]:
    for cell in notebook.cells:
        rule = rule_of(cell.source) if cell.kind == "code" else None
        if rule is not None:
            yield rule, cell.source


@functools.lru_cache(maxsize=128)
def _essence(source: str) -> str:
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source.strip()


def _recorder_of(shell: Any) -> CellRecorder | None:
    # IPython keeps a bound method or the callable itself; both are in this one list.
    callbacks: Iterable[Any] = shell.events.callbacks.get("pre_run_cell", ())
    return next((entry for entry in callbacks if isinstance(entry, CellRecorder)), None)


def _history(shell: Any) -> list[str]:
    # The raw history holds what was typed; in `In` magics have become calls.
    raw = getattr(shell.history_manager, "input_hist_raw", None) or shell.user_ns.get("In", [])
    return [source for source in raw if isinstance(source, str)]
