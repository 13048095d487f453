"""The exercises that stand in a student's files, however mangled these are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HandIn:
    """What is to be judged of one submission.

    ``sources`` is rule id to text of the exercise, ``answers`` the category's file stem to the
    text of the free answer. ``notes`` are sentences about what was unknown, copied or not
    readable; they go to the student and to the instructor.
    """

    sources: Mapping[str, str]
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
