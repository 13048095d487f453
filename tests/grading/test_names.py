"""Names from strangers, made harmless."""

from __future__ import annotations

import pytest

from clinic.grading.names import one_line, prose, safe_keys


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ada  Lovelace\n", "Ada Lovelace"),
        ("a\x1b[31m\tb", "a [31m b"),
        ("abc\u202etxt", "abc txt"),
        ("a\ud800b\u2028c", "a b c"),
        ("x" * 500, "x" * 119 + "…"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_prose_keeps_its_lines() -> None:
    assert prose("a\r\nb\rc\td\x00\u202e", 100) == "a\nb\nc    d"
    assert prose("x" * 9, 5) == "xxxxx"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ada Lovelace", "Ada-Lovelace"),
        ("o'neil, (bob)", "o-neil-bob"),
        ("../../etc/passwd", "etc-passwd"),
        ("=cmd|' /C calc'!A0", "cmd-C-calc-A0"),
        ("CON", "student-CON"),
        ("lpt1.txt", "student-lpt1.txt"),
        ("名前", "名前"),
    ],
)
def test_a_key_is_readable(name: str, key: str) -> None:
    assert safe_keys([name]) == [key]


def test_what_leaves_no_letter_gets_a_number() -> None:
    (key,) = safe_keys(["///"])
    assert key.startswith("student-")
    assert key[8:].isalnum()


def test_equal_keys_are_told_apart_whatever_the_order() -> None:
    names = ["Bob", "bob", "a/b", "a b", "eve"]
    keys = safe_keys(names)
    assert len({key.casefold() for key in keys}) == 5
    assert keys[4] == "eve"
    assert safe_keys(names[::-1]) == keys[::-1]
