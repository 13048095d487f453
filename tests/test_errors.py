"""One tree of errors, and a sentence in place of a traceback in a notebook."""

from __future__ import annotations

from typing import Any

import pytest

from clinic import errors
from clinic.errors import ClinicError, StartError, SubmissionError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_belongs_to_the_tree_and_is_described(kind: type[Exception]) -> None:
    assert issubclass(kind, ClinicError)
    assert kind.__doc__
    assert kind.__name__ in (errors.__doc__ or "")


def test_an_app_that_does_not_start_is_the_submissions_fault() -> None:
    assert issubclass(StartError, SubmissionError)


def test_a_cell_shows_the_sentence_and_no_traceback(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("from clinic.errors import UsageError\nraise UsageError('Say which rule.')")
    captured = capsys.readouterr()
    assert "Say which rule." in captured.out + captured.err
    assert "Traceback" not in captured.out + captured.err


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_cell_shows_nothing_but_the_sentence(
    kind: type[Exception], shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns["kind"] = kind
    result = shell.run_cell('def deep():\n    raise kind("No rule <a>. Try b.")\n\ndeep()')
    assert type(result.error_in_exec) is kind
    assert capsys.readouterr() == ("No rule <a>. Try b.\n", "")
