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
    folder is opened and moved to the top before it is emptied. No link is followed. No process may
    be changing it at the time.
    """
    with contextlib.suppress(OSError):
        _remove(folder)
    return not os.path.lexists(folder)


def _remove(folder: Path) -> None:
    folder.chmod(0o700)
    waiting = _entries(folder)
    while waiting:
        path = waiting.pop()
        if not _is_folder(path):
            os.unlink(path)
            continue
        path.chmod(0o700)
        for below in _entries(path):
            if _is_folder(below):
                below.chmod(0o700)  # or it could not be moved
                waiting.append(below.rename(folder / f".{os.urandom(12).hex()}"))
            else:
                os.unlink(below)
        os.rmdir(path)
    os.rmdir(folder)


def _entries(folder: Path) -> list[Path]:
    return [folder / name for name in os.listdir(folder)]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
