"""The folders in which apps under judgement run, and how to be rid of them whatever they hold."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

SCRATCH = "CLINIC_SCRATCH"
WORKDIRS = "CLINIC_WORKDIRS"


def make_workdir() -> tuple[Path, Path]:
    """Make a fresh work directory; return it, and the folder to remove afterwards.

    Where apps are confined (``CLINIC_WORKDIRS``, see :mod:`clinic.boxes`), the work directory is a
    part of that folder, which the submission gets as a whole; else they are the same.
    """
    confined = os.environ.get(WORKDIRS)
    folder = Path(tempfile.mkdtemp(prefix="app-", dir=confined or os.environ.get(SCRATCH)))
    if not confined:
        return folder, folder
    (folder / "work").mkdir(mode=0o700)
    return folder / "work", folder


def remove_tree(folder: Path) -> bool:
    """Remove a folder with all in it; return whether it is gone.

    It may be deeper than Python can recurse and its folders may be closed to their owner. So every
    folder is opened up and moved to the top before it is emptied. Nothing is followed. No process
    may be changing it at the time.
    """
    with contextlib.suppress(OSError):
        for number in range(10**9):
            inner = _empty(folder)
            if inner is None:
                break
            inner.rename(folder / f".{number}-{os.urandom(8).hex()}")
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not folder.exists()


def _empty(folder: Path) -> Path | None:
    """Remove what can be removed at the two top levels; return a folder below them, or None."""
    folder.chmod(0o700)
    for entry in os.scandir(folder):
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)
            continue
        os.chmod(entry.path, 0o700)
        for below in os.scandir(entry.path):
            if below.is_dir(follow_symlinks=False):
                return Path(below.path)
            os.unlink(below.path)
        os.rmdir(entry.path)
    return None
