"""A folder or a zip of files with a list of their digests: written whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from clinic.errors import MachineError, UsageError

COURSE = "fastapi-clinic"
"""What the manifest calls the course; also the one folder inside the zip."""

MANIFEST = "MANIFEST.json"
SUMS = "manifest.sha256"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can hold: one that does not depend on today."""

Files = Mapping[str, bytes]
"""Path inside the bundle, with slashes, to content."""


def with_sums(files: Files) -> dict[str, bytes]:
    """Return the files and ``manifest.sha256``, which ``sha256sum -c`` checks them by."""
    lines = [f"{_digest(files[name])}  {name}\n" for name in sorted(files)]
    return {**files, SUMS: "".join(lines).encode()}


def require_free(folder: Path, archive: Path | None = None) -> None:
    """Raise UsageError unless folder and archive are absent, empty or an untouched release."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a folder that does not exist yet.")
    stray = _stray(folder) if folder.is_dir() else None
    if stray:
        raise UsageError(f"{folder} {stray}, so it is left alone. Name a new or an empty folder.")
    if archive is not None and archive.exists() and not _is_release(archive):
        raise UsageError(f"{archive} is no zip of this course, so it is left alone.")


def write_folder(files: Files, folder: Path) -> None:
    """Put the files into a folder, in place of what :func:`require_free` allows.

    They are written beside it first: whoever looks sees the old folder or the new one.
    Raises MachineError when the folder cannot be written.
    """
    with _told(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _fill(work / "new", files)
            _exchange(work, folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def write_zip(files: Files, path: Path) -> None:
    """Write the files as a zip: the same files make the same bytes, whenever it is written.

    Raises MachineError when it cannot be written.
    """
    content = zip_bytes(files)
    with _told(path):
        number, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(number, "wb") as file:
                file.write(content)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def zip_bytes(files: Files) -> bytes:
    """Return the files as a zip, sorted, under one folder, without the time and the machine."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{COURSE}/{name}", _LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # as on Unix
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _stray(folder: Path) -> str | None:
    """Return what keeps a folder from being replaced, in words; None for nothing."""
    found = {path.relative_to(folder).as_posix(): path for path in _files_in(folder)}
    if not found and not any(folder.iterdir()):
        return None
    if not _names_course(_content(folder / MANIFEST)):
        return "holds something that is no release of this course"
    lines = _content(folder / SUMS).decode("utf-8", "replace").splitlines()
    known = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name, path in sorted(found.items()):
        if name != SUMS and known.get(name) != _digest(_content(path)):
            return f"is an earlier release in which {name!r} is not as it was released"
    return None


def _files_in(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder that is no folder, links without following them."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        yield from (Path(place) / name for name in [*names, *links])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except OSError:
        return b""


def _is_release(archive: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as opened:
            return _names_course(opened.read(f"{COURSE}/{MANIFEST}"))
    except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile):
        return False


def _names_course(manifest: bytes) -> bool:
    try:
        row = json.loads(manifest)
    except ValueError:
        return False
    return isinstance(row, dict) and row.get("course") == COURSE


def _fill(folder: Path, files: Files) -> None:
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _exchange(work: Path, folder: Path) -> None:
    """Move ``work/new`` to where the folder is; the old one ends in ``work``."""
    if folder.exists():
        folder.rename(work / "old")
    try:
        (work / "new").rename(folder)
    except BaseException:
        if (work / "old").exists():
            (work / "old").rename(folder)
        raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineError(f"{path} cannot be written: {error.strerror}.") from error
