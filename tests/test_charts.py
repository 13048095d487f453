"""Bars: their lengths, their numbers, and the plain twin say the same."""

from __future__ import annotations

import re

import pytest

from clinic.charts import bars
from clinic.errors import UsageError


def widths(html: str) -> list[float]:
    return [float(width) for width in re.findall(r"width: ([\d.]+)em", html)]


def test_the_bars_are_as_long_as_their_numbers() -> None:
    shown = bars({"first": 10, "second": 40, "third": 0}, "Clients remembered")
    first, second, third = widths(shown.html)
    assert second == 4 * first
    assert third == 0


def test_the_plain_twin_says_the_same() -> None:
    shown = bars({"first": 10, "second": 1234.5}, "Clients", of="moment", unit="clients")
    caption, head, first, second = shown.text.splitlines()
    assert caption == "Clients"
    assert head.split() == ["moment", "bar", "clients"]
    assert first.split()[-1] == "10"
    assert second.split() == ["second", "█" * 40, "1,234.5"]


def test_every_number_stands_beside_its_bar_in_words() -> None:
    shown = bars({"first": 10, "second": 1234.5}).html
    assert ">10</td>" in shown
    assert ">1,234.5</td>" in shown
    assert shown.count('aria-hidden="true"') == 2


def test_names_are_text_and_colours_those_of_the_theme() -> None:
    shown = bars({"<b>": 1}, "<i>").html
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "var(--jp-brand-color1, " in shown


def test_only_zeros_and_nothing_at_all_are_shown_too() -> None:
    assert widths(bars({"first": 0}).html) == [0]
    assert bars({}).text.split() == ["what", "bar", "how", "many"]


def test_a_number_below_zero_has_no_bar() -> None:
    with pytest.raises(UsageError, match=r"-2 \(loss\)"):
        bars({"loss": -2})
