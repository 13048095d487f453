"""Stands in until the lateness is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clinic.errors import UsageError


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late."""


def read(path: Path) -> dict[str, Lateness]:
    """Return nothing."""
    raise UsageError("--late is not there yet.")
