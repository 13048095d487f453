"""Which submission the checks judge: the solutions, or what CLINIC_SUBMISSION names.

``CLINIC_SUBMISSION=PATH pytest --nbval-lax tests/checks``: nbval's kernels run beside the check,
so a relative path is taken from where pytest was called.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clinic.nbval_plugin import ignore_stderr

SUBMISSION = "CLINIC_SUBMISSION"


def pytest_configure(config: pytest.Config) -> None:
    """Make the path of the submission absolute before the first kernel starts."""
    place = os.environ.get(SUBMISSION)
    if not place:
        return
    path = config.invocation_params.dir / Path(place).expanduser()
    if not path.exists():
        raise pytest.UsageError(
            f"{SUBMISSION} names {place!r}, and there is no such file or folder."
        )
    os.environ[SUBMISSION] = str(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Compare what facts print, and nothing else."""
    for item in items:
        if hasattr(item.parent, "skip_compare"):
            ignore_stderr(item.parent)
