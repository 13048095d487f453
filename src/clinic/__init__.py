"""FastAPI Clinic: what a lesson notebook imports.

``serve`` an app in this kernel, show what it did (``timeline``, ``table``, ``bars``), ``verify``
a repair, see the ``solution`` or ``reset`` an exercise, look at your ``progress``, and find out
``which_rule`` helps. Importing
this package in a notebook also makes ``asyncio.run`` work in cells, and prepares the first
``verify``.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinic.charts import bars as bars
    from clinic.packages import package as package
    from clinic.partner_stubs import partners as partners
    from clinic.plots import timeline as timeline
    from clinic.serving import serve as serve
    from clinic.study import export_progress as export_progress
    from clinic.study import import_progress as import_progress
    from clinic.study import progress as progress
    from clinic.study import reset as reset
    from clinic.study import solution as solution
    from clinic.study import which_rule as which_rule
    from clinic.verification import verify as verify
    from clinic.views import table as table

__all__ = [
    "bars",
    "export_progress",
    "import_progress",
    "package",
    "partners",
    "progress",
    "reset",
    "serve",
    "solution",
    "table",
    "timeline",
    "verify",
    "which_rule",
]

_HOMES = {
    "clinic.charts": ("bars",),
    "clinic.packages": ("package",),
    "clinic.partner_stubs": ("partners",),
    "clinic.plots": ("timeline",),
    "clinic.serving": ("serve",),
    "clinic.study": (
        "export_progress",
        "import_progress",
        "progress",
        "reset",
        "solution",
        "which_rule",
    ),
    "clinic.verification": ("verify",),
    "clinic.views": ("table",),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: the command line needs few of them."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'clinic' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


if "ipykernel" in sys.modules:  # in a notebook
    from clinic.kernel_session import attach

    attach()
