"""What jsonschema leaves out, and what stays."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from clinic.formats import leave_out_iris
{first}
leave_out_iris()
from jsonschema import Draft202012Validator
known = Draft202012Validator.FORMAT_CHECKER.checkers
print("lark" in sys.modules, sorted({{*known}} & {{"iri", "uri", "email", "date-time"}}))
"""


def told(first: str = "") -> str:
    command = [sys.executable, "-c", PROGRAM.format(first=first)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_only_the_formats_that_are_slow_are_left_out() -> None:
    assert told() == "False ['date-time', 'email', 'uri']"


def test_a_module_that_is_there_already_stays() -> None:
    assert told("import rfc3987_syntax") == "True ['date-time', 'email', 'iri', 'uri']"
