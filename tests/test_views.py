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


def test_every_part_of_a_table_is_escaped() -> None:
    shown = table((HOSTILE,), [(HOSTILE,)], HOSTILE)
    assert shown.html.count(escape(HOSTILE)) == 3
    assert shown.text.splitlines() == [HOSTILE] * 3


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    shown = table(
        ("state", "n", "time"), [(View("<i>ok</i>", "ok"), 10, "1 s"), ("longer", 2, "")]
    )
    assert shown.text.splitlines() == ["state   n   time", "ok      10  1 s", "longer  2"]


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("name", "n"), [("lamp", 1, "more")])


def test_a_shell_gets_every_form_of_a_view(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda data, *_, **__: shown.append(data))
    show(message("first"), Markdown("second"))
    bundles = [message("first")._repr_mimebundle_(), Markdown("second")._repr_mimebundle_()]
    assert shown == bundles
