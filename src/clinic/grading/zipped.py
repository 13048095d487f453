"""Read strangers' zip files: nothing is unpacked to disk, and no number in them is believed.

:mod:`zipfile` reads the directory of the file. The members are inflated here, by :mod:`zlib`,
because a member must be readable without reading the directory again (a class's zip has tens of
thousands of entries), and because the limit must hold while inflating.
"""

from __future__ import annotations

import io
import itertools
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from clinic.errors import UsageError

MAX_DIRECTORY = 64 * 2**20
"""Bytes of a zip file's directory; 200,000 entries of usual names take about 20 MB."""

_ENTRY = b"PK\x01\x02"  # starts each entry of the directory (APPNOTE.TXT 4.3.12)
_LOCAL = struct.Struct("<4s22xHH")  # start of a member: signature, lengths of name and extra
_UTF8 = 0x800
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a zip file; ``trouble`` says in words why it cannot be read, if so."""

    name: str
    offset: int
    packed: int
    method: int
    crc: int
    trouble: str = ""

    @property
    def is_folder(self) -> bool:
        """Tell whether the entry stands for a folder."""
        return self.name.endswith(("/", "\\"))


def list_members(file: BinaryIO, name: str, most: int) -> list[Member]:
    """Return the entries of a zip file in the order of their data.

    Raises:
        UsageError: it is no zip file, damaged, has more than ``most`` entries, or entries that
            share their bytes, as zip bombs do.
    """
    try:
        with zipfile.ZipFile(_Guarded(file, name, most)) as archive:
            members = [_member(info) for info in archive.infolist()]
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} holds file names that are not text; unpack it and give the folder."
        ) from error
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise UsageError(f"{name} is no zip file, or a damaged one.") from error
    return _apart(sorted(members, key=lambda member: member.offset), name)


def read_member(file: BinaryIO, member: Member, name: str, limit: int) -> bytes:
    """Return the content of one entry; ``name`` stands for it in messages.

    Raises:
        UsageError: it is larger than ``limit`` bytes, damaged, or its ``trouble``.
    """
    if member.trouble:
        raise UsageError(f"{name} {member.trouble}.")
    try:
        content = _inflate(file, member, limit)
    except (OSError, ValueError, struct.error, zlib.error) as error:
        raise UsageError(f"{name} is damaged in the zip file.") from error
    if len(content) > limit:
        raise UsageError(f"{name} is larger than {limit // 2**20} MB; clear its outputs.")
    if zlib.crc32(content) != member.crc:
        raise UsageError(f"{name} is damaged in the zip file.")
    return content


class _Guarded:
    """A file that counts the entries of a directory before they become objects.

    ``zipfile`` asks for the whole directory in one read, however large the file says it is.
    """

    def __init__(self, file: BinaryIO, name: str, most: int) -> None:
        self._file, self._name, self._most = file, name, most
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        here = self._file.tell()
        left = self._file.seek(0, io.SEEK_END) - here
        self._file.seek(here)
        content = self._file.read(min(left if size < 0 else size, left, MAX_DIRECTORY + 1))
        if len(content) > MAX_DIRECTORY or content.count(_ENTRY) > self._most:
            raise UsageError(f"{self._name} has more than {self._most:,} entries.")
        return content


def _member(info: zipfile.ZipInfo) -> Member:
    name = _name(info)
    return Member(
        name=name,
        offset=info.header_offset,
        packed=info.compress_size,
        method=info.compress_type,
        crc=info.CRC,
        trouble=_trouble(info),
    )


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name; many programs write UTF-8 without saying so, read as code page 437."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except ValueError:
        return info.orig_filename


def _trouble(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16 if info.create_system == 3 else 0  # 3: Unix
    if stat.S_ISLNK(mode):
        return "is a link; links are not followed"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no ordinary file"
    if info.flag_bits & _ENCRYPTED:
        return "is protected with a password; hand it in without one"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a rare way; zip it again with the usual tools"
    return ""


def _apart(members: list[Member], name: str) -> list[Member]:
    """Return the members if each ends before the next begins."""
    for member, following in itertools.pairwise(members):
        if member.offset + _LOCAL.size + member.packed > following.offset:
            raise UsageError(f"{name} is no sound zip file: its entries overlap.")
    return members


def _inflate(file: BinaryIO, member: Member, limit: int) -> bytes:
    file.seek(member.offset)
    signature, name_length, extra_length = _LOCAL.unpack(file.read(_LOCAL.size))
    if signature != b"PK\x03\x04":
        raise ValueError("no member begins here")
    file.seek(name_length + extra_length, io.SEEK_CUR)
    packed = file.read(min(member.packed, limit + 2**20))
    if member.method == zipfile.ZIP_STORED:
        return packed
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
