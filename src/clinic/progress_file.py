"""What the learner has done, kept in ``progress.json`` beside the notebooks.

The file belongs to the learner and must outlive everything: two notebooks that write at once (a
lock), a kill at any moment (a new file replaces the old one whole), a file that something else
broke (it is set aside, never overwritten), a read-only folder (the verdict stands, a sentence says
that it was not kept) and other versions of the course (what is not understood is kept).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clinic.catalog import Course
from clinic.cells import read_bytes
from clinic.errors import ClinicError, MachineError, UsageError
from clinic.exercise import fingerprint
from clinic.verdict import Outcome, Verdict

FILE = "progress.json"
VERSION = 1

_LOCK_SECONDS = 10.0
"""How long to wait for another notebook's write, which takes milliseconds."""

Document = dict[str, Any]
"""The content of the file: ``{"version": 1, "rules": {rule: {"attempts": [...]}}}``."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One check of one text: its fingerprint, how it ended, and when (ISO 8601, UTC).

    ``met`` of ``facts`` core facts were met.
    """

    sha256: str
    outcome: Outcome
    time: str
    met: int = 0
    facts: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """All attempts, oldest first, by rule; ``notice`` is what the learner must be told, if any."""

    attempts: Mapping[str, tuple[Attempt, ...]] = field(default_factory=dict)
    notice: str = ""

    def of(self, rule: str) -> tuple[Attempt, ...]:
        """Return the attempts at one rule."""
        return self.attempts.get(rule, ())

    def repaired(self, rule: str) -> bool:
        """Tell whether any attempt passed; a later failure takes nothing away."""
        return any(attempt.outcome is Outcome.REPAIRED for attempt in self.of(rule))

    def tries(self, rule: str) -> int:
        """Return how many texts that differ in meaning were judged; our own faults count not."""
        judged = (a for a in self.of(rule) if a.outcome is not Outcome.COULD_NOT_TELL)
        return len({attempt.sha256 for attempt in judged})


def load(course: Course) -> Progress:
    """Return the progress made so far. Never raises: a file in the way is told in ``notice``."""
    path = course.notebooks / FILE
    try:
        return Progress(_attempts(_read(path)))
    except _BrokenError:
        return Progress(notice=_told(lambda: _update(path, lambda _: False)))
    except ClinicError as error:
        return Progress(notice=str(error))


def record(course: Course, verdict: Verdict, source: str) -> str:
    """Append one attempt, and return a sentence for the learner where something was in the way.

    A cell as shipped is no attempt, and checking the same text again with the same end is no new
    one. Never raises for the file's sake, because the verdict stands all the same.
    """
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        return ""
    row = {
        "time": _now().isoformat(timespec="seconds"),
        "outcome": verdict.outcome.value,
        "sha256": fingerprint(source),
        "met": sum(fact.met for fact in verdict.core),
        "facts": len(verdict.core),
    }
    path = course.notebooks / FILE
    return _told(lambda: _update(path, lambda document: _append(document, verdict.rule, row)))


def export(course: Course, path: Path | None = None) -> Path:
    """Write a copy of the progress for another machine, and return where it is.

    ``path`` may be a new file or a folder; by default it is beside the notebooks.

    Raises:
        UsageError: the file exists, or cannot be written.
    """
    target = path or course.notebooks
    if target.is_dir():
        target = target / f"progress-export-{_now():%Y%m%d-%H%M%S}.json"
    document = _read_or_set_aside(course.notebooks / FILE)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(_dump(document))
    except FileExistsError as error:
        raise UsageError(f"{target} exists already; name another file.") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
    return target


def merge(course: Course, path: Path) -> Progress:
    """Add what an exported file holds to the progress here, and return the whole.

    Attempts of both sides are kept, so that no pass is ever lost, and merging twice adds nothing.

    Raises:
        UsageError: the file is missing or no exported progress.
        MachineError: the progress here cannot be written.
    """
    try:
        theirs = _parse(read_bytes(path), path.name)
    except _BrokenError as error:
        raise UsageError(f"{path} is not an exported progress file.") from error
    notice = _update(course.notebooks / FILE, lambda document: _merge(document, theirs))
    return Progress(load(course).attempts, notice)


class _BrokenError(Exception):
    """The content is not what this module wrote."""


def _now() -> datetime:
    return datetime.now(UTC)


def _read(path: Path) -> Document:
    """Return the file's content, or that of a new one where there is none."""
    if not path.exists():
        return {"version": VERSION, "rules": {}}
    return _parse(read_bytes(path), path.name)


def _parse(content: bytes, name: str) -> Document:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _BrokenError from error
    if not isinstance(document, dict) or not isinstance(document.get("rules"), dict):
        raise _BrokenError
    if document.get("version") != VERSION:
        raise UsageError(
            f"{name} was written by another version of this course, so it is left as it is and "
            "nothing is recorded; update the course, or move the file away."
        )
    return document


def _attempts(document: Document) -> dict[str, tuple[Attempt, ...]]:
    found = {
        rule: tuple(a for row in _rows(entry) if (a := _attempt(row)) is not None)
        for rule, entry in document["rules"].items()
    }
    return {rule: attempts for rule, attempts in found.items() if attempts}


def _rows(entry: object) -> list[Document]:
    rows = entry.get("attempts") if isinstance(entry, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _attempt(row: Document) -> Attempt | None:
    """Return one attempt, or ``None`` for what another version may have meant."""
    try:
        return Attempt(
            sha256=str(row["sha256"]),
            outcome=Outcome(row["outcome"]),
            time=str(row["time"]),
            met=int(row.get("met", 0)),
            facts=int(row.get("facts", 0)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _entry(document: Document, rule: str) -> Document:
    """Return the entry of a rule, making or mending it so that its attempts are a list."""
    entry = document["rules"].get(rule)
    entry = entry if isinstance(entry, dict) else {}
    document["rules"][rule] = entry
    if not isinstance(entry.get("attempts"), list):
        entry["attempts"] = []
    return entry


def _append(document: Document, rule: str, row: Document) -> bool:
    attempts = _entry(document, rule)["attempts"]
    last = attempts[-1] if attempts and isinstance(attempts[-1], dict) else {}
    if all(last.get(key) == row[key] for key in ("sha256", "outcome")):
        return False
    attempts.append(row)
    return True


def _merge(document: Document, theirs: Document) -> bool:
    for rule, their_entry in theirs["rules"].items():
        entry = _entry(document, rule)
        rows = [*_rows(entry), *_rows(their_entry)]
        unique = {json.dumps(row, sort_keys=True): row for row in rows}
        entry["attempts"] = sorted(unique.values(), key=lambda row: str(row.get("time", "")))
    return True


def _told(write: Callable[[], str]) -> str:
    """Return the notice of a write, be it its result or what kept it from writing."""
    try:
        return write()
    except ClinicError as error:
        return str(error)


def _update(path: Path, change: Callable[[Document], bool]) -> str:
    """Let ``change`` edit the document, and write it if that returns true. Return the notice.

    Raises:
        MachineError: the folder is read-only, the disk full, or the lock held for too long.
    """
    try:
        with _locked(path):
            document, notice = _read_setting_aside(path)
            if change(document):
                _replace(path, _dump(document))
            return notice
    except OSError as error:
        raise MachineError(
            f"Your progress could not be kept in {path}: {error.strerror}. Results are "
            "shown all the same, but will be forgotten."
        ) from error


def _read_or_set_aside(path: Path) -> Document:
    try:
        return _read(path)
    except _BrokenError as error:
        raise UsageError(_told(lambda: _update(path, lambda _: False))) from error


def _read_setting_aside(path: Path) -> tuple[Document, str]:
    """Return the document and a notice; a broken file is renamed. Call it under the lock."""
    try:
        return _read(path), ""
    except _BrokenError:
        aside = path.with_name(f"progress.corrupt-{_now():%Y%m%d-%H%M%S-%f}.json")
        path.rename(aside)
    return _read(path), (
        f"{FILE} could not be understood; it was set aside as {aside.name} and progress starts "
        "anew. If you have an exported copy, `import_progress(path)` brings it back."
    )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other kernels out; the system drops the lock of a process that dies."""
    with _own_file(path, "progress.lock").open("w") as lock:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _taken(lock.fileno()):
            if time.monotonic() > deadline:
                raise MachineError(f"Another notebook is holding {path.name}; run the cell again.")
            time.sleep(0.02)
        try:
            yield
        finally:  # closing would not do, if a process was forked in between
            fcntl.flock(lock, fcntl.LOCK_UN)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _replace(path: Path, text: str) -> None:
    """Write ``text`` so that a reader sees all of the old or all of the new file."""
    fresh = _own_file(path, f"progress-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with fresh.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _own_file(path: Path, name: str) -> Path:
    """Return a file in the hidden folder beside the notebooks, which Jupyter does not list."""
    folder = path.parent / ".clinic"
    folder.mkdir(exist_ok=True)
    return folder / name


def _dump(document: Document) -> str:
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
