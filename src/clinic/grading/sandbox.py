"""Stands in until the sandbox is there."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.errors import MachineError


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The limits of the sandbox."""

    bwrap: str = "bwrap"


def require() -> Enclosure:
    """Return what strangers' code runs in."""
    raise MachineError("There is no sandbox yet; grade with --no-sandbox.")
