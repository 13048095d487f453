"""Pictures of requests: a timeline with one bar each, drawn so that it reads without colours.

The picture is one inline SVG in the theme colours of JupyterLab, with a fallback for every viewer
that does not know them. A request that went wrong is a hollow, dashed bar and says so in words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from clinic.api import Exchange
from clinic.views import View, escape, message, table

_WIDTH = 760
_CHAR = 7.3  # width of a character of the 12 px monospace font
_MOST_ROWS = 40  # with a label each
_MOST_BARS = 400
_THIN_HEIGHT = 300
_MOST_TABLE_ROWS = 200
_TEXT_BAR = 40
# Answers that take less than this many seconds are too short to tell in what order they came.
_TELLING = 0.05

_TEXT = "var(--jp-content-font-color1, currentColor)"
_FAINT = "var(--jp-content-font-color2, currentColor)"
_GRID = "var(--jp-border-color2, #9e9e9e)"
_GOOD = "var(--jp-brand-color1, #1976d2)"
_BAD = "var(--jp-error-color1, #d32f2f)"
_FONT = "var(--jp-code-font-family, monospace)"


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand in the picture, in pixels, and the seconds that it spans."""

    left: float
    right: float
    row: float
    origin: float
    span: float

    def x(self, time: float) -> float:
        """Return the horizontal place of ``time``."""
        return self.left + (time - self.origin) / self.span * (self.right - self.left)


def timeline(exchanges: Iterable[Exchange], title: str = "", seconds: float | None = None) -> View:
    """Return the picture of ``exchanges`` on a common time axis, with its numbers as a table.

    Requests that were under way together stand in the order of their ends, so that a queue looks
    like a staircase; others stand as given. Up to 40 have a row with words each; more are thin
    rows, and of more than 400 an even choice is drawn. ``seconds`` makes the time axis at least
    that long, so that two pictures can be compared.
    """
    rows = list(exchanges)
    if not rows:
        return message(f"{title}: no requests." if title else "No requests.")
    gist = essence(rows)
    together = _together(rows)
    drawn = sorted(rows, key=lambda row: row.end) if together else rows
    picture = _Picture(drawn, title, gist, seconds or 0.0, together)
    return View(_html(picture), _text(picture))


def exchange_table(exchanges: Iterable[Exchange], caption: str = "") -> View:
    """Return the exchanges as a table of request, answer, start and duration."""
    rows = list(exchanges)
    start = min((row.start for row in rows), default=0.0)
    cells = [
        [name_of(row), outcome_of(row), duration(row.start - start), duration(row.seconds)]
        for row in rows[:_MOST_TABLE_ROWS]
    ]
    if len(rows) > _MOST_TABLE_ROWS:
        cells.append([f"and {len(rows) - _MOST_TABLE_ROWS:,} more", "", "", ""])
    return table(["request", "answer", "sent after", "took"], cells, caption)


def essence(exchanges: Sequence[Exchange]) -> str:
    """Return what the timeline shows, in a sentence without its full stop."""
    count = len(exchanges)
    total = max(e.end for e in exchanges) - min(e.start for e in exchanges)
    words = f"{count:,} request{'' if count == 1 else 's'}, {duration(total)} in all"
    if order := _order([e for e in exchanges if e.status is not None]):
        words += f"; {order}"
    if wrong := _wrong(exchanges):
        words += f"; {wrong}"
    return words


def duration(seconds: float) -> str:
    """Return ``seconds`` in words: ``8 ms``, ``0.51 s``, ``12.3 s``."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"


def name_of(exchange: Exchange) -> str:
    """Return method and path, and the client's address where it is not the usual one."""
    client = f" from {exchange.source}" if exchange.source else ""
    return f"{exchange.method} {exchange.path}{client}"


def outcome_of(exchange: Exchange) -> str:
    """Return the status, or why there is none."""
    return exchange.error if exchange.status is None else str(exchange.status)


def _order(answered: Sequence[Exchange]) -> str:
    """Return how the answers followed each other, where the times are long enough to tell."""
    if len(answered) < 2:
        return ""
    shortest = min(e.seconds for e in answered)
    if shortest < _TELLING:
        return ""
    if not _together(answered):
        return "not sent together"
    ends = sorted(e.end for e in answered)
    gaps = [after - before for before, after in pairwise(ends)]
    if ends[-1] - ends[0] <= shortest / 2:
        return "answered together"
    if median(gaps) >= shortest / 2:
        return "answered one after the other"
    return "some had to wait for others"


def _together(exchanges: Sequence[Exchange]) -> bool:
    """Return whether there was a moment at which all of them were under way."""
    return max(e.start for e in exchanges) < min(e.end for e in exchanges)


def _wrong(exchanges: Sequence[Exchange]) -> str:
    counts = Counter(
        "without an answer" if e.status is None else f"with status {e.status}"
        for e in exchanges
        if _failed(e)
    )
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


def _failed(exchange: Exchange) -> bool:
    return exchange.status is None or exchange.status >= 400


# the picture


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is drawn: rows from top to bottom, words above, the least length of the axis."""

    rows: list[Exchange]
    title: str
    gist: str
    seconds: float
    by_end: bool

    @property
    def origin(self) -> float:
        return min(row.start for row in self.rows)

    @property
    def span(self) -> float:
        return max(max(row.end for row in self.rows) - self.origin, self.seconds, 1e-6)


def _html(picture: _Picture) -> str:
    heading = f"<strong>{escape(picture.title)}</strong><br>" if picture.title else ""
    numbers = (
        '<details style="margin: 0.2em 0"><summary style="cursor: pointer">Numbers</summary>'
        f"{exchange_table(picture.rows).html}</details>"
    )
    return (
        f'<figure style="margin: 0.4em 0; max-width: {_WIDTH}px; color: {_TEXT}">'
        f'<figcaption style="margin: 0 0 0.3em">{heading}{escape(picture.gist)}</figcaption>'
        f"{_svg(picture)}{numbers}</figure>"
    )


def _svg(picture: _Picture) -> str:
    drawn = _sample(picture.rows)
    frame = _frame(picture, drawn)
    bottom = frame.row * len(drawn) + 4
    bars = "".join(_bar(frame, i, row) for i, row in enumerate(drawn))
    words = _words(frame, drawn) if len(drawn) <= _MOST_ROWS else _few_words(frame, picture)
    return (
        f'<svg role="img" aria-label="Timeline: {escape(picture.gist)}" width="100%"'
        f' viewBox="0 0 {_WIDTH} {bottom + 20:g}"'
        f' style="display: block; font: 12px {_FONT}; fill: {_TEXT}">'
        f"{_axis(frame, bottom)}{bars}{words}</svg>"
    )


def _sample(rows: list[Exchange]) -> list[Exchange]:
    count = min(len(rows), _MOST_BARS)
    return [rows[i * len(rows) // count] for i in range(count)]


def _frame(picture: _Picture, drawn: list[Exchange]) -> _Frame:
    if len(drawn) > _MOST_ROWS:
        row = max(1.0, _THIN_HEIGHT / len(drawn))
        return _Frame(70, _WIDTH - 20, row, picture.origin, picture.span)
    left = max(len(_label(row)) for row in drawn) * _CHAR + 12
    right = _WIDTH - max(len(_note(row)) for row in drawn) * _CHAR - 12
    return _Frame(left, right, 22, picture.origin, picture.span)


def _bar(frame: _Frame, index: int, row: Exchange) -> str:
    thick = max(frame.row * 0.64, frame.row - 8)
    x = frame.x(row.start)
    width = max(frame.x(row.end) - x, 1.5)
    y = index * frame.row + (frame.row - thick) / 2
    look = f"fill: {_GOOD}"
    if _failed(row):
        look = f"fill: none; stroke: {_BAD}; stroke-width: {min(1.6, thick / 3):.2g}"
        look += "; stroke-dasharray: 4 2" if frame.row > 8 else ""
    radius = min(3.0, thick / 3)
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{thick:.1f}"'
        f' rx="{radius:.1f}" style="{look}"/>'
    )


def _words(frame: _Frame, rows: list[Exchange]) -> str:
    parts = []
    for index, row in enumerate(rows):
        y = index * frame.row + frame.row / 2 + 4
        note = f"fill: {_BAD}" if _failed(row) else f"fill: {_TEXT}"
        parts.append(_put(frame.left - 10, y, _label(row), "end"))
        parts.append(_put(frame.right + 10, y, _note(row), "start", note))
    return "".join(parts)


def _few_words(frame: _Frame, picture: _Picture) -> str:
    bottom = frame.row * min(len(picture.rows), _MOST_BARS)
    first, last = ("first", "last") if picture.by_end else ("1", f"{len(picture.rows):,}")
    return _put(frame.left - 10, 12, first, "end") + _put(frame.left - 10, bottom, last, "end")


def _axis(frame: _Frame, bottom: float) -> str:
    parts = []
    for tick in _ticks(frame.span):
        x = frame.x(frame.origin + tick)
        line = f'x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom:g}"'
        parts.append(f'<line {line} style="stroke: {_GRID}; stroke-width: 1"/>')
        parts.append(
            _put(x, bottom + 15, _tick_name(tick, frame.span), "middle", f"fill: {_FAINT}")
        )
    return "".join(parts)


def _ticks(span: float) -> list[float]:
    """Return at most eight round times from 0 to ``span``."""
    rough = span / 6
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    return [i * step for i in range(int(span / step * 1.001) + 1)]


def _tick_name(tick: float, span: float) -> str:
    if tick == 0:
        return "0"
    return f"{tick * 1000:.4g} ms" if span < 0.1 else f"{tick:.4g} s"


def _put(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    look = f' style="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{look}>{escape(text)}</text>'


def _label(row: Exchange) -> str:
    return _short(name_of(row), 32)


def _note(row: Exchange) -> str:
    if row.status is None:
        return _short(row.error, 30)
    return f"{row.status} · {duration(row.seconds)}"


def _short(text: str, most: int) -> str:
    """Return ``text`` with its middle left out where it is too long; its ends tell it apart."""
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


# the text twin


def _text(picture: _Picture) -> str:
    head = [picture.title] if picture.title else []
    shown = picture.rows[:_MOST_ROWS]
    frame = _Frame(0, _TEXT_BAR, 1, picture.origin, picture.span)
    wide = max(len(_label(row)) for row in shown)
    lines = [f"{_label(r):{wide}} |{_text_bar(frame, r)}| {_note(r)}" for r in shown]
    rest = len(picture.rows) - len(shown)
    more = [f"and {rest:,} more"] if rest else []
    return "\n".join([*head, picture.gist, *lines, *more])


def _text_bar(frame: _Frame, row: Exchange) -> str:
    start = min(int(frame.x(row.start)), _TEXT_BAR - 1)
    end = max(start + 1, round(frame.x(row.end)))
    mark = "░" if _failed(row) else "█"
    return (" " * start + mark * (end - start)).ljust(_TEXT_BAR)[:_TEXT_BAR]
