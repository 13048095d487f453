"""The one tree of errors of this package.

::

    ClinicError
    ├── UsageError        the caller's input: a misspelt rule, a file that is no notebook
    ├── CourseError       the course's own fault: a broken check, lesson or catalogue
    ├── SubmissionError   the fault of the code that is being judged
    │   └── StartError    its app did not start
    └── MachineError      the machine's fault: no free port, a missing tool, a full disk

Every message is one or two sentences for the person who reads it: what is wrong and what to do.
"""

from __future__ import annotations


class ClinicError(Exception):
    """Base of everything that this package raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in a cell in place of a traceback: the sentence."""
        return [str(self)]


class UsageError(ClinicError):
    """The caller asked for something that is not there; the message says what is."""


class CourseError(ClinicError):
    """A lesson, an answer or a check of the course itself is wrong; never the learner's fault."""


class SubmissionError(ClinicError):
    """The code that is being judged did something that its client could not live with."""


class StartError(SubmissionError):
    """The app under judgement never answered, because it did not start."""


class MachineError(ClinicError):
    """This machine lacks something: a port, a program, space or time."""
