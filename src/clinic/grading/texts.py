"""Strangers' text made fit to be read: without what hides, reorders, floods or commands."""

from __future__ import annotations

import re

NAME = 120
"""Most characters of a name that are shown."""

SENTENCE = 1000
"""Most characters of a note, or of what a client saw."""

TEXT = 10_000
"""Most characters of an answer or a reason; a cell of Excel holds 32,767."""

_COLOURS = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]")
_BROKEN = re.compile("[\ud800-\udfff]")
# Control characters, and those that have no width or turn the direction of what follows. The
# joiners U+200C and U+200D stay, because Persian, Hindi and emoji are spelt with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff]"
)
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOWER = re.compile(f"({_MARK}{{4}}){_MARK}+")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


def line(text: object, most: int = SENTENCE) -> str:
    """Return ``text`` as one clean line of at most ``most`` characters."""
    whole = str(text)
    return _cut(" ".join(_clean(whole, most).split()), whole, most)


def lines(text: object, most: int = TEXT) -> str:
    """Return ``text`` clean, with its lines; more than two empty ones in a row become two."""
    whole = str(text)
    unified = re.sub("\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", whole[: 4 * most])
    tidy = _BLANK_LINES.sub("\n\n\n", _clean(unified, most).expandtabs(4)).strip("\n")
    return _cut(tidy.rstrip(), whole, most)


def number(value: float) -> str:
    """Return points as people write them: ``7``, ``7.5``, ``6.67``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: int, one: str, many: str = "") -> str:
    """Return ``1 student`` or ``2,000 students``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _clean(text: str, most: int) -> str:
    # What is cut off anyway is not worth the time: a text may have a hundred megabytes.
    known = _BROKEN.sub("\ufffd", _COLOURS.sub("", text[: 4 * most]))
    return _TOWER.sub(r"\1", _UNSEEN.sub("", known))


def _cut(text: str, whole: str, most: int) -> str:
    if len(text) <= most and len(whole) <= 4 * most:
        return text
    return f"{text[:most].rstrip()} … (cut: {len(whole):,} characters)"
