"""What a class handed in: one :class:`Submission` per student, whatever the layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HandedInFile:
    """One file of a submission; ``read`` gives its bytes when they are wanted, not before.

    ``read`` raises UsageError, in words, for a file that is too large or cannot be read.
    """

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Submission:
    """All that one student handed in.

    ``student`` is the name to show, ``key`` the same made safe for a file name and unique in the
    class. ``ids`` holds what a learning platform calls the student (``canvas``, ``moodle``,
    ``email`` ...). ``late`` is None where nobody said. ``notes`` are sentences for the instructor.
    """

    student: str
    key: str
    files: tuple[HandedInFile, ...]
    ids: Mapping[str, str] = field(default_factory=dict)
    late: bool | None = None
    notes: tuple[str, ...] = ()
