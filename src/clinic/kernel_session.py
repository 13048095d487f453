"""What importing the package does in a notebook's kernel, and nowhere else."""

from __future__ import annotations

import os
import threading
from pathlib import PurePath

from clinic.errors import ClinicError
from clinic.exercise import current_shell, record_runs


def attach() -> None:
    """Let ``asyncio.run`` work in cells, note what exercises run, prepare the first verify."""
    shell = current_shell()
    if shell is None:
        return
    _allow_nested_loops()
    record_runs(shell)
    notebook = PurePath(os.environ.get("JPY_SESSION_NAME", "")).name
    if notebook:
        threading.Thread(target=_prepare, args=(notebook,), daemon=True).start()


def _allow_nested_loops() -> None:
    """Let ``asyncio.run(...)`` work in a cell as it does in a script.

    A kernel's loop already runs, and asyncio refuses to start one in another. nest-asyncio 1.6.0
    allowed it, but hangs JupyterLab 4.6 with ipykernel 7.4 on "Run All" (RuntimeError: cannot
    enter context; measured); nest-asyncio2 is its maintained drop-in.
    """
    import nest_asyncio2 as nest_asyncio  # type: ignore[import-untyped]

    nest_asyncio.apply()


def _prepare(notebook: str) -> None:
    """Start the judge of this notebook ahead; whatever is wrong, verify will say it."""
    from clinic.catalog import find_course
    from clinic.verification import prepare

    try:
        course = find_course()
        if (course.checks / notebook).is_file():
            prepare(course, notebook)
    except (ClinicError, OSError):
        return
