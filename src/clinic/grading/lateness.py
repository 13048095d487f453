"""Who handed in late, and what that costs: the CSV file of ``clinic grade --late``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from clinic.errors import UsageError
from clinic.grading.tables import Row, read_table, unguarded
from clinic.grading.texts import line

_YES = {"yes", "y", "true", "late", "x"}
_NO = {"", "no", "n", "false", "on time", "-"}
_DAYS = re.compile(r"([0-9]+(?:[.,][0-9]+)?) *(?:d|days?)?", re.IGNORECASE)
_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?) *%?")


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late: ``days`` is 0 for in time, None for late by an unknown time.

    ``penalty_percent`` is taken off what the student earned, automatic and manual points alike.
    """

    days: float | None
    penalty_percent: float = 0.0

    @property
    def is_late(self) -> bool:
        """Tell whether it is late at all."""
        return self.days is None or self.days > 0


def read(path: Path) -> dict[str, Lateness]:
    """Return what the CSV file says of each student, named as its column ``student`` does.

    ``late`` is yes, no or a number of days; ``penalty``, which may be missing, is in percent.

    Raises:
        UsageError: the file cannot be read, or a row cannot be understood; it names the row.
    """
    found: dict[str, Lateness] = {}
    for row in read_table(path, ("student", "late")).rows:
        student = unguarded(row["student"])
        if not student:
            raise _fault(path, row, "has no student")
        lateness = Lateness(_days(path, row), _penalty(path, row))
        if lateness.penalty_percent and not lateness.is_late:
            raise _fault(path, row, "is not late, but has a penalty")
        if found.setdefault(student, lateness) != lateness:
            raise _fault(path, row, f"says something else of {line(student, 80)} than one above")
    return found


def _days(path: Path, row: Row) -> float | None:
    said = row["late"].lower()
    if said in _YES:
        return None
    if said in _NO:
        return 0.0
    if days := _DAYS.fullmatch(said):
        return float(days[1].replace(",", "."))
    raise _fault(path, row, f"says late: {line(said, 40)}; write yes, no, or the number of days")


def _penalty(path: Path, row: Row) -> float:
    said = row["penalty"]
    percent = _PERCENT.fullmatch(said or "0")
    value = float(percent[1].replace(",", ".")) if percent else -1.0
    if not 0 <= value <= 100:
        raise _fault(path, row, f"has the penalty {line(said, 40)}; write percent, from 0 to 100")
    return value


def _fault(path: Path, row: Row, what: str) -> UsageError:
    return UsageError(f"{path}, row {row.number} {what}.")
