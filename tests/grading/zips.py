"""Zip files as students, learning platforms and attackers make them."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping, Sequence

NOTEBOOK = b'{"cells": [], "nbformat": 4}'


def zip_of(files: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip file; a sequence may hold one name twice."""
    pairs = files.items() if isinstance(files, Mapping) else files
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that stands twice
        for name, content in pairs:
            # Given as it is: ZipInfo would tidy what an attacker does not.
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return memory.getvalue()


def zip_with_mode(name: str, content: bytes, mode: int) -> bytes:
    """Return a zip file with an entry of that Unix file type."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (mode | 0o644) << 16
        archive.writestr(info, content)
    return memory.getvalue()


def zip_with_link(name: str, target: str) -> bytes:
    """Return a zip file with a symbolic link."""
    return zip_with_mode(name, target.encode(), stat.S_IFLNK)


def encrypted(name: str) -> bytes:
    """Return a zip file whose entry says that it is encrypted."""
    content = bytearray(zip_of({name: NOTEBOOK}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    return bytes(content)


def lying(content: bytes, size: int) -> bytes:
    """Return the zip file with that size in the headers of its first entry."""
    made = bytearray(content)
    struct.pack_into("<I", made, made.index(b"PK\x01\x02") + 24, size)
    struct.pack_into("<I", made, made.index(b"PK\x03\x04") + 22, size)
    return bytes(made)


def overlapping(count: int) -> bytes:
    """Return a zip bomb in the way of David Fifield: many entries over the same bytes."""
    made = zip_of({"a.ipynb": b"0" * 10_000})
    start = made.index(b"PK\x01\x02")
    entry = made[start : made.index(b"PK\x05\x06")]
    directory = entry * count
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return made[:start] + directory + end


def nested(depth: int) -> bytes:
    """Return a zip file in a zip file in a zip file ... with a notebook at the bottom."""
    content, name = NOTEBOOK, "a.ipynb"
    for _ in range(depth):
        content, name = zip_of({name: content}), "inner.zip"
    return content
