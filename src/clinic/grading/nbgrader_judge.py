"""nbgrader's autograde without running notebooks: two preprocessors that its configuration names.

nbgrader executes each notebook with the tests in it, in one kernel, with the instructor's rights.
:class:`JudgeExercises` stands in the place of that step and judges as ``clinic grade`` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_output
from traitlets import Bool

from clinic.catalog import find_course
from clinic.errors import UsageError
from clinic.grading.nbgrader_export import CHECK
from clinic.grading.platforms import graded
from clinic.grading.report import report
from clinic.grading.results import RuleResult
from clinic.verdict import Outcome

_output: Callable[..., Any] = new_output  # which comes without types


class JudgeExercises(Preprocessor):
    """Gives each cell with points the outputs from which nbgrader reads a grade and a reason.

    A number as the cell's value is partial credit; what is printed above it is for the feedback.
    """

    enabled = Bool(True).tag(config=True)
    sandboxed = Bool(
        True, help="Whether the code of students runs in a sandbox only; needs bubblewrap."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Judge the notebook's exercises.

        Raises MachineError where there is no sandbox, and UsageError for a test of somebody else:
        it would have to run, and without outputs nbgrader gives it full marks.
        """
        cells = {_rule_of(cell): cell for cell in nb.cells if _is_test(cell)}
        if cells:
            content = json.dumps(nb).encode("ascii")
            result = graded(content, find_course(), list(cells), self.sandboxed)
            found = {rule.verdict.rule: rule for rule in result.rules}
            for rule, cell in cells.items():
                self._fill(cell, found[rule])
        return nb, resources

    def _fill(self, cell: Any, result: RuleResult) -> None:
        if result.verdict.outcome is Outcome.COULD_NOT_TELL:
            # No points, as far as nbgrader knows: somebody has to look at it.
            self.log.warning("%s", report(result).strip())
        cell.execution_count = 1
        value = {"text/plain": str(float(result.points))}
        cell.outputs = [
            _output("stream", name="stdout", text=report(result)),
            _output("execute_result", data=value, execution_count=1),
        ]


class MendMetadata(Preprocessor):
    """Takes nbgrader's metadata from cells where it would end the grading of the notebook.

    Those are all copies of a cell but the last, since JupyterLab copies the metadata too, and
    cells whose metadata somebody edited. nbgrader puts back a cell with points that is missing.
    """

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Go through the cells from the last to the first."""
        seen: set[str] = set()
        for cell in reversed(nb.cells):
            own = cell.metadata.get("nbgrader")
            if own is not None and (not _is_sound(own) or own["grade_id"] in seen):
                del cell.metadata["nbgrader"]
            elif own is not None:
                seen.add(own["grade_id"])
        return nb, resources


def _is_sound(own: Any) -> bool:
    if not isinstance(own, Mapping) or not isinstance(own.get("grade_id"), str):
        return False
    flags = all(isinstance(own.get(name), bool) for name in ("grade", "solution", "locked"))
    counts = not own.get("grade") or isinstance(own.get("points"), int | float)
    return bool(own["grade_id"]) and own.get("schema_version") == 3 and flags and counts


def _is_test(cell: Any) -> bool:
    own = cell.metadata.get("nbgrader") or {}
    return bool(cell.cell_type == "code" and own.get("grade") and not own.get("solution"))


def _rule_of(cell: Any) -> str:
    """Return the rule whose points a cell carries."""
    grade_id = str(cell.metadata.nbgrader.grade_id)
    if not grade_id.startswith(CHECK):
        raise UsageError(
            f"JudgeExercises does not run {grade_id!r}, which is no cell of the course. Take that "
            "test out of the source notebook, or let nbgrader run the notebooks with Execute."
        )
    return grade_id.removeprefix(CHECK)
