"""Names and texts that come from students, made harmless: for people to read, and for files."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence

_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and many emoji need them
_RESERVED = {"con", "prn", "aux", "nul"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in "0123456789"
}
"""What no file on Windows may be called, whatever its ending."""


def one_line(text: str, length: int = 120) -> str:
    """Return ``text`` on one line without control characters, of at most ``length`` characters."""
    clean = " ".join(_visible(text[: 20 * length], " ").split())
    return clean if len(clean) <= length else clean[: length - 1] + "…"


def prose(text: str, length: int) -> str:
    """Return ``text`` with its lines but without other control characters, cut to ``length``."""
    lines = text[: 20 * length].replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "\n".join(_visible(line, "") for line in lines.split("\n"))[:length]


def safe_keys(names: Sequence[str]) -> list[str]:
    """Return for each name one that any file system takes, readable and unlike all the others.

    Names that would become the same, also on a disk that ignores case, get a few digits of their
    SHA-256. The keys depend on the set of names only, not on their order.
    """
    slugs = [_slug(name) for name in names]
    folded = [slug.casefold() for slug in slugs]
    times = Counter(folded)
    return [
        f"{slug}-{_digits(name)}" if times[fold] > 1 else slug
        for name, slug, fold in zip(names, slugs, folded, strict=True)
    ]


def _visible(text: str, space: str) -> str:
    """Drop controls, halves of surrogate pairs and what turns the direction of writing."""
    return "".join(
        char if char in _JOINERS or unicodedata.category(char)[0] != "C" else space
        for char in text.replace("\u2028", " ").replace("\u2029", " ")
    )


def _slug(name: str) -> str:
    normal = unicodedata.normalize("NFC", one_line(name, 400))
    kept = "".join(char if char.isalnum() or char in "._" else "-" for char in normal)
    slug = "-".join(part for part in kept.split("-") if part).strip("._-")
    slug = slug[:48].rstrip("._-") if len(slug) > 48 else slug
    if not slug or slug.split(".")[0].casefold() in _RESERVED:
        return f"student-{slug}" if slug else f"student-{_digits(name)}"
    # 48 letters of four bytes, the digits and an ending stay below the 255 bytes of a name.
    return slug


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
