"""Progress on a terminal and elsewhere, and strangers' text on both."""

from __future__ import annotations

import io
import unicodedata

import pytest

from clinic.grading.progress_bar import ProgressBar, duration, printable


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_with_rate_and_time_left() -> None:
    stream, clock = Terminal(), Clock()
    bar = ProgressBar(stream, 40, clock)
    for _ in range(10):
        bar.keep()
    clock.now += 60
    for _ in range(10):
        bar.advance()
    clock.now += 60
    bar.close()
    last = stream.getvalue().rpartition("\r")[2]
    assert "[###############...............]" in last
    assert last.endswith("20 of 40 students, 5 a minute, 4 min to go\n")


def test_a_note_stands_above_the_bar() -> None:
    stream = Terminal()
    ProgressBar(stream, 2, Clock()).note("something\x1b[31m\nodd")
    assert stream.getvalue() == "\r\x1b[2Ksomething\ufffd[31m\ufffdodd\n"


def test_a_log_gets_a_line_now_and_then_and_no_control_characters() -> None:
    stream, clock = io.StringIO(), Clock()
    bar = ProgressBar(stream, 100, clock)
    for _ in range(100):
        clock.now += 1
        bar.advance()
    bar.close()
    lines = stream.getvalue().splitlines()
    assert lines == [
        "30 of 100 students, 60 a minute, 70 s to go",
        "60 of 100 students, 60 a minute, 40 s to go",
        "90 of 100 students, 60 a minute, 10 s to go",
    ]


def test_an_empty_class_is_complete() -> None:
    stream = Terminal()
    ProgressBar(stream, 0, Clock()).close()
    assert "[" + "#" * 30 + "] 0 of 0 students" in stream.getvalue()


def test_no_text_can_steer_a_terminal_or_fill_it() -> None:
    every = "".join(chr(number) for number in range(0x11000))
    shown = printable(every, most=len(every))
    assert len(shown) == len(every)
    steering = {"Cc", "Cs", "Zl", "Zp"}
    assert [c for c in shown if unicodedata.category(c) in steering] == []
    assert not set("\u202e\u2066\u200f\u061c\ufeff") & set(shown)
    assert printable("Zoë Ōé 李 'quoted'") == "Zoë Ōé 李 'quoted'"
    assert printable("x" * 10**6, most=10) == "xxxxxxx..."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7140, "119 min"), (12_000, "3 h 20 min")],
)
def test_times_are_told_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
