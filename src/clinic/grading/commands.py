"""The instructor's part of the command ``clinic``: what the options are; the work is elsewhere.

Each function imports what it needs when it is called, so that ``clinic check`` starts as quickly
as it would without all this.
"""

from __future__ import annotations

from typing import Any


def add_commands(commands: Any) -> None:
    """Add the instructor's commands to the parser of ``clinic``."""
