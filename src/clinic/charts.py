"""Bars for a few numbers, as a table: each row has its name, its bar and its number in words."""

from __future__ import annotations

from collections.abc import Mapping

from clinic.errors import UsageError
from clinic.views import View, table

_TEXT_WIDTH = 40
_COLOUR = "var(--jp-brand-color1, #1976d2)"


def bars(
    values: Mapping[str, float], title: str = "", *, of: str = "what", unit: str = "how many"
) -> View:
    """Return a bar for each of ``values``, the longest for the largest number.

    ``of`` and ``unit`` head the columns of the names and of the numbers: ``of="moment",
    unit="clients remembered"``. Raises UsageError for a number below zero.
    """
    for name, value in values.items():
        if value < 0:
            raise UsageError(f"A bar cannot show {value:g} ({name}); give numbers from 0 on.")
    most = max(values.values(), default=0) or 1
    rows = [(name, _bar(value / most), f"{value:,.10g}") for name, value in values.items()]
    return table((of, "bar", unit), rows, title)


def _bar(share: float) -> View:
    """Return a bar that is ``share`` of the longest one; the number beside it says the same."""
    style = f"width: {share * 18:.2f}em; height: 0.8em; margin: 0.25em 0; background: {_COLOUR}"
    return View(
        f'<div aria-hidden="true" style="{style}"></div>', "█" * round(share * _TEXT_WIDTH)
    )
