"""What the pictures say and show; how they look is for eyes (see the browser tests)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from clinic.api import Exchange
from clinic.plots import duration, essence, exchange_table, timeline
from clinic.views import View


def exchange(start: float, end: float, status: int | None = 200, path: str = "/a") -> Exchange:
    error = "" if status else "no answer within 5 s"
    return Exchange("GET", path, start, end, status, error)


def staircase(count: int = 6) -> list[Exchange]:
    return [exchange(0.001 * n, 0.5 * (n + 1), path=f"/items/{n}") for n in range(count)]


def block(count: int = 6) -> list[Exchange]:
    return [
        exchange(0.01 * n / count, 0.5 + 0.012 * n / count, path=f"/items/{n}")
        for n in range(count)
    ]


def svg_of(view: View) -> ET.Element:
    found = re.search(r"<svg.*</svg>", view.html, re.DOTALL)
    assert found is not None
    return ET.fromstring(found[0])


def bars_of(view: View) -> list[dict[str, str]]:
    return [rect.attrib for rect in svg_of(view).iter("rect")]


def words_of(view: View) -> list[str]:
    return [text.text or "" for text in svg_of(view).iter("text")]


@pytest.mark.parametrize(
    ("exchanges", "words"),
    [
        (staircase(), "6 requests, 3.00 s in all; answered one after the other"),
        (block(), "6 requests, 0.51 s in all; answered together"),
        (
            block(3) + [exchange(0, 1)] * 3,
            "6 requests, 1.00 s in all; some had to wait for others",
        ),
        ([exchange(0, 1), exchange(2, 3)], "2 requests, 3.00 s in all; not sent together"),
        ([exchange(0, 0.25)], "1 request, 0.25 s in all"),
        ([exchange(0, 0.002), exchange(0, 0.009)], "2 requests, 9 ms in all"),
        (
            [exchange(0, 5, None), exchange(0, 1, 500), exchange(0, 1, 404), exchange(0, 1, 500)],
            "4 requests, 5.00 s in all; answered together; "
            "1 with status 404, 2 with status 500, 1 without an answer",
        ),
    ],
)
def test_the_essence_is_a_sentence(exchanges: list[Exchange], words: str) -> None:
    assert essence(exchanges) == words


def test_the_picture_says_its_essence_to_those_who_do_not_see_it() -> None:
    svg = svg_of(timeline(staircase()))
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"] == f"Timeline: {essence(staircase())}"


def test_a_queue_is_drawn_as_a_staircase_whatever_its_order() -> None:
    view = timeline(reversed(staircase()))
    widths = [float(bar["width"]) for bar in bars_of(view)]
    assert widths == sorted(widths)
    assert widths[-1] > 5 * widths[0]
    assert [word for word in words_of(view) if "items" in word] == [
        f"GET /items/{n}" for n in range(6)
    ]


def test_requests_that_were_not_together_stand_as_given() -> None:
    later_first = [exchange(2, 3, path="/late"), exchange(0, 1, path="/early")]
    starts = [float(bar["x"]) for bar in bars_of(timeline(later_first))]
    assert starts[0] > starts[1]


def test_every_bar_has_its_status_and_seconds_in_words() -> None:
    words = words_of(timeline(block(2)))
    assert {"200 · 0.50 s", "GET /items/1", "0"} <= set(words)


def test_what_failed_differs_in_form_and_words_not_only_in_colour() -> None:
    view = timeline([exchange(0, 1), exchange(0, 1.5, 500), exchange(0, 5, None)])
    good, bad, silent = (bar["style"] for bar in bars_of(view))
    assert "dasharray" not in good
    assert all("fill: none" in style and "dasharray" in style for style in (bad, silent))
    assert {"500 · 1.50 s", "no answer within 5 s"} <= set(words_of(view))


def test_all_colours_come_from_the_theme_with_a_fallback() -> None:
    html = timeline([*staircase(), exchange(0, 1, None)]).html
    picture = html[: html.index("<details")]
    assert not re.search(r"(fill|stroke|color): *(#|rgb|[a-z]+ *[;\"])(?<!none[;\"])", picture)
    for variable in re.findall(r"var\([^)]*\)", picture):
        assert re.fullmatch(r"var\(--jp-[a-z0-9-]+, [^)]+\)", variable), variable


def test_everything_is_escaped() -> None:
    nasty = Exchange("<b>", "/<script>&\"'", 0, 1, None, "<i>died</i>")
    view = timeline([nasty], title="<h1>")
    for tag in ("<b>", "<script>", "<i>", "<h1>"):
        assert tag not in view.html
    assert "<i>died</i>" in words_of(view)


def test_long_paths_keep_both_ends() -> None:
    path = "/customers/0123456789/orders/9876543210/lines/42"
    label = next(word for word in words_of(timeline([exchange(0, 1, path=path)])) if "GET" in word)
    assert len(label) <= 32
    assert label.startswith("GET /customers")
    assert label.endswith("/lines/42")


@pytest.mark.parametrize(("count", "drawn"), [(40, 40), (41, 41), (100, 100), (1234, 400)])
def test_many_requests_become_thin_rows(count: int, drawn: int) -> None:
    view = timeline(block(count))
    assert len(bars_of(view)) == drawn
    height = float(svg_of(view).attrib["viewBox"].split()[3])
    assert height <= (920 if count <= 40 else 430)
    assert ("first" in words_of(view)) == (count > 40)


def test_nothing_is_drawn_outside_the_picture() -> None:
    for exchanges in (staircase(), staircase(100), [exchange(0, 0)], [exchange(5, 65, None)]):
        for bar in bars_of(timeline(exchanges)):
            assert float(bar["x"]) >= 0
            assert float(bar["x"]) + float(bar["width"]) <= 760


def test_the_axis_can_be_made_as_long_as_anothers() -> None:
    short, long = timeline(block()), timeline(block(), seconds=3)
    assert "3 s" in words_of(long)
    assert float(bars_of(long)[0]["width"]) < float(bars_of(short)[0]["width"]) / 4
    assert bars_of(timeline(block(), seconds=0.1)) == bars_of(short)


@pytest.mark.parametrize("span", [0.0007, 0.02, 0.099, 0.5, 1, 3.02, 59, 1234])
def test_ticks_are_few_and_round(span: float) -> None:
    ticks = [
        w for w in words_of(timeline([exchange(0, span)])) if re.fullmatch(r"[\d.e]+( m?s)?", w)
    ]
    assert 3 <= len(ticks) <= 8
    assert ticks[0] == "0"
    assert all(len(tick) <= 7 for tick in ticks)


def test_the_numbers_stand_beside_in_a_table() -> None:
    html = timeline(staircase()).html
    details = html[html.index("<details") :]
    assert "<summary" in details
    assert details.count("<tr>") == 7
    assert "2.50 s" in details


def test_the_text_twin_draws_with_characters() -> None:
    lines = timeline([*block(1), exchange(0, 1, None)], title="Two").text.splitlines()
    assert lines[:2] == ["Two", "2 requests, 1.00 s in all; 1 without an answer"]
    assert re.fullmatch(r"GET /items/0 \|█{20} {20}\| 200 · 0\.50 s", lines[2])
    assert re.fullmatch(r"GET /a {7}\|░{40}\| no answer within 5 s", lines[3])
    assert len(timeline(staircase(50)).text.splitlines()) == 42


def test_no_requests_are_no_picture() -> None:
    assert timeline([]).text == "No requests."
    assert timeline([], title="Empty").text == "Empty: no requests."


def test_the_table_of_many_requests_is_cut_with_a_word() -> None:
    assert exchange_table(staircase(300)).text.splitlines()[-1] == "and 100 more"


def test_another_client_is_named() -> None:
    other = Exchange("GET", "/a", 0, 1, 200, source="127.0.0.2")
    assert "GET /a from 127.0.0.2" in timeline([other]).text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 ms"), (0.0994, "99 ms"), (0.0996, "0.10 s"), (9.99, "9.99 s"), (9.999, "10.0 s")],
)
def test_durations_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words
