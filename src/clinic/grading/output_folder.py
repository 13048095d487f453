"""The folder ``OUT`` of a grading run: ours alone, one run at a time, swept after a kill."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from clinic.errors import MachineError, UsageError
from clinic.grading.results import ResultStore

MARK = ".clinic-grade"
"""The file that marks the folder as ours; whoever grades holds a lock on it."""


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """The folder that a grading run fills."""

    path: Path

    @property
    def store(self) -> ResultStore:
        """One file per student."""
        return ResultStore(self.path / "results")

    @property
    def baseline(self) -> Path:
        """What the shipped apps meet (:mod:`.baseline`)."""
        return self.path / "baseline.json"


@contextlib.contextmanager
def output_folder(path: Path, submissions: Path) -> Iterator[OutputFolder]:
    """Hold the folder for one grading run, making it where it is missing.

    Raises:
        UsageError: it holds other things, lies among the submissions, or another run has it.
        MachineError: it cannot be written.
    """
    _require_apart(path, submissions)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_lock(path))
            _sweep(path)
        except OSError as error:
            raise MachineError(f"{path} cannot be used: {error.strerror or error}.") from error
        yield OutputFolder(path)


def _require_apart(path: Path, submissions: Path) -> None:
    here, theirs = path.resolve(), submissions.resolve()
    if theirs == here or theirs in here.parents:
        raise UsageError(
            f"{path} lies in {submissions}, where it would be taken for a submission. "
            "Name a folder beside it."
        )


def _lock(path: Path) -> contextlib.AbstractContextManager[IO[str]]:
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file; name a folder for the results.")
    mark = path / MARK
    if not mark.exists() and path.exists() and any(path.iterdir()):
        raise UsageError(
            f"{path} holds other files, which grading could overwrite. Name a new folder, an "
            "empty one, or one of an earlier `clinic grade`."
        )
    path.mkdir(parents=True, exist_ok=True)
    file = mark.open("a")  # closing it frees the lock, as the end of the process does
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(
            f"Another `clinic grade` is writing to {path} now. Wait until it is done, or name "
            "another folder."
        ) from None
    return file


def _sweep(path: Path) -> None:
    """Remove the half-written files of runs that were killed."""
    for folder in (path, path / "results", path / "feedback"):
        for left in folder.glob(".*.tmp"):
            left.unlink(missing_ok=True)
