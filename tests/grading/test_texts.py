"""Strangers' text: what is kept, what is taken out, and where it is cut."""

from __future__ import annotations

import random
import unicodedata

import pytest
from graded_class import HOSTILE, NAMES

from clinic.grading.texts import counted, line, lines, number


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_world_stay_as_they_are(name: str) -> None:
    assert line(name) == name


def test_emoji_and_words_spelt_with_joiners_stay() -> None:
    assert line("👩‍💻 می‌خواهم") == "👩‍💻 می‌خواهم"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_hides_turns_or_controls_is_left(text: str) -> None:
    for shown in (line(text), lines(text)):
        kinds = {unicodedata.category(sign) for sign in shown.replace("\n", "")}
        assert not kinds & {"Cc", "Cs", "Cf", "Zl", "Zp"}
        assert len(shown) < 10_100
        shown.encode("utf-8")


def test_any_text_is_one_line_that_stays_as_it_is() -> None:
    source = random.Random()
    for _ in range(300):
        text = "".join(chr(source.randrange(0x2100)) for _ in range(source.randrange(60)))
        shown = line(text)
        assert "\n" not in shown
        assert line(shown) == shown


def test_colours_of_a_terminal_go_whole() -> None:
    assert line("\x1b[1;31mred\x1b[0m") == "red"


def test_a_long_text_is_cut_with_a_word() -> None:
    assert line("x" * 5_000_000, 10) == "xxxxxxxxxx … (cut: 5,000,000 characters)"
    assert line("x" * 10, 10) == "x" * 10
    assert lines("y\n" * 20, 7) == "y\ny\ny\ny … (cut: 40 characters)"


def test_lines_stay_lines_whatever_ended_them() -> None:
    assert lines("a\r\nb\rc\u2028d\te\n\n\n\n\nf\n") == "a\nb\nc\nd   e\n\n\nf"


def test_a_tower_of_accents_is_lowered() -> None:
    assert line("a" + "\u0301" * 50) == "a" + "\u0301" * 4


def test_numbers_and_counts_read_like_words() -> None:
    assert [number(value) for value in (7.0, 7.5, 6.6666, 0.0, 100.0)] == [
        "7", "7.5", "6.67", "0", "100",
    ]  # fmt: skip
    assert counted(1, "answer") == "1 answer"
    assert counted(2000, "answer") == "2,000 answers"
