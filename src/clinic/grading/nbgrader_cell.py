"""What the hidden cells of an nbgrader export call, where nbgrader itself runs the notebook.

The code of the student is then in the same kernel, as always with nbgrader: it can replace
anything, this module included. A fresh process does the judging, so that a library that the
student patched misleads nobody; against somebody who patches :func:`points`, only
``JudgeExercises`` of :mod:`.nbgrader_judge` or ``clinic grade`` help.

Run as a program (``python -I -m clinic.grading.nbgrader_cell RULE``), this module judges the text
on its standard input and prints the result as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from clinic.catalog import find_course
from clinic.cells import Cell, Notebook, dump_notebook
from clinic.errors import ClinicError, MachineError, UsageError
from clinic.exercise import current_shell, latest_run
from clinic.grading.results import RuleResult, rule_result_from_json

LONGEST = 280.0
"""Seconds that a hidden cell takes at most; the exported configuration gives it 300."""


def points(rule: str) -> float:
    """Print what the check of the latest run of an exercise found; return the points it earns.

    nbgrader takes a number as partial credit only when it is the value of the cell's last line,
    anything but an error for full marks, and no value at all too. So whatever is wrong raises:
    UsageError where the kernel does not show values, MachineError when nothing could be judged.
    """
    from clinic.grading.report import report

    _require_values()
    source = latest_run(rule)
    if source is None:
        print(f"{rule}: not attempted, its cell ('# exercise: {rule}') was not run (0 points)")
        return 0.0
    result = _judged_elsewhere(rule, source)
    print(report(result), end="")
    return min(max(result.points, 0.0), float(result.possible))


def _require_values() -> None:
    shell = current_shell()
    if shell is None or shell.ast_node_interactivity == "none":
        raise UsageError(
            "This cell has to show its value, and ast_node_interactivity is 'none': no points."
        )


def _judged_elsewhere(rule: str, source: str) -> RuleResult:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", __name__, rule],
            input=source.encode("utf-8", "replace"),
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
        if done.returncode != 0:
            raise MachineError(done.stderr.decode("utf-8", "replace").strip()[-500:])
        return rule_result_from_json(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError) as error:
        raise MachineError(f"{rule} could not be judged: {type(error).__name__}.") from error


def main(argv: Sequence[str]) -> int:
    """Judge the text on standard input as the exercise ``argv[0]``; print the result."""
    from clinic.grading.platforms import graded

    rule = argv[0]
    source = sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        notebook = dump_notebook(Notebook((Cell("code", source, "exercise"),)))
        result = graded(notebook.encode("utf-8", "replace"), find_course(), [rule])
    except ClinicError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result.rules[0].to_json()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
