"""What learners see comes in two forms that say the same, and text in it is never markup."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.views import Markdown, View, escape, message, show, stack, table

HOSTILE = "<script>alert(\"x\")</script> & 'y'"


def test_hostile_text_is_text() -> None:
    shown = message(HOSTILE)
    assert "<script>" not in shown.html
    assert escape(HOSTILE) in shown.html
    assert shown.text == HOSTILE


def test_a_view_offers_html_and_its_plain_twin() -> None:
    view = View("<b>yes</b>", "yes")
    assert view._repr_mimebundle_() == {"text/html": "<b>yes</b>", "text/plain": "yes"}
    assert str(view) == repr(view) == "yes"


def test_markdown_is_its_own_plain_twin() -> None:
    bundle = Markdown("**yes**")._repr_mimebundle_()
    assert bundle == {"text/markdown": "**yes**", "text/plain": "**yes**"}


def test_a_stack_keeps_the_order_in_both_forms() -> None:
    both = stack([message("first"), message("second")])
    assert both.html.index("first") < both.html.index("second")
    assert both.text == "first\nsecond"


def test_a_table_says_the_same_in_both_forms() -> None:
    shown = table(("name", "seconds"), [("lamp", 0.5), (HOSTILE, 12)], "what was asked")
    assert shown.html.count('scope="col"') == 2
    assert "<script>" not in shown.html
    caption, head, first, second = shown.text.splitlines()
    assert caption == "what was asked"
    assert head.index("seconds") == first.index("0.5") == second.index("12")


def test_a_cell_may_be_a_view() -> None:
    link = View('<a href="x.ipynb">here</a>', "here (x.ipynb)")
    shown = table(("where",), [(link,)])
    assert '<a href="x.ipynb">here</a>' in shown.html
    assert "here (x.ipynb)" in shown.text


def test_colors_are_those_of_the_theme() -> None:
    shown = table(("name",), [("lamp",)], "caption").html
    assert "var(--jp-" in shown
    assert "#" not in shown


def test_plain_python_prints(capsys: pytest.CaptureFixture[str]) -> None:
    show(message("first"), Markdown("second"))
    assert capsys.readouterr().out == "first\nsecond\n"


def test_a_shell_displays(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    show(message("shown"))
    assert "shown" in capsys.readouterr().out
