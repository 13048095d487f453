"""What every check must accept and reject: the reference, the shipped app, the attempts, odd apps.

Shared by ``test_attempts``, ``soak`` and ``bench``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from clinic.catalog import Course, Rule, load_course
from clinic.exercise import source_of
from clinic.nbval_run import Judge
from clinic.verdict import Outcome, Verdict

ROOT = Path(__file__).resolve().parent.parent
FAILS = re.compile(r"^Fails: (.+)$", re.MULTILINE)

CAPSTONE = "capstone"
"""The last exercise: one whole service with many faults at once, each of them a fact of its own.

Its facts are judged independently of each other, so a wrong attempt at it names all that fail.
"""

ODD = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({{"type": "lifespan.startup.complete"}})
        return await send({{"type": "lifespan.shutdown.complete"}})
    if scope["type"] != "http":
        return None
    {answer}
    headers = [(b"content-type", kind)]
    await send({{"type": "http.response.start", "status": status, "headers": headers}})
    await send({{"type": "http.response.body", "body": body}})
"""

ODD_ANSWERS = {
    "null": 'status, kind, body = 200, b"application/json", b"null"',
    "list": 'status, kind, body = 200, b"application/json", b"[[]]"',
    "number": 'status, kind, body = 201, b"application/json", b"7"',
    "empty": 'status, kind, body = 200, b"application/json", b""',
    "html": 'status, kind, body = 200, b"text/html", b"<p>ok</p>"',
    "error": 'status, kind, body = 500, b"text/plain", b"Internal Server Error"',
    "no_answer": "return None",
}
"""What an app says to every request in place of what it should: no check may trip over it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One text for one rule, what must come of it, and the facts that must not hold."""

    rule: str
    name: str
    source: str
    expected: Outcome
    fails: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of the case in a report."""
        return f"{self.rule}-{self.name}"

    def complaint(self, verdict: Verdict) -> str:
        """Return what is wrong with a verdict on this case, or ``""``."""
        if verdict.outcome is not self.expected:
            return f"{verdict.outcome}, not {self.expected}: {verdict.facts} {verdict.reason}"
        unmet = {fact.text for fact in verdict.core if not fact.met}
        held = [fact for fact in self.fails if fact not in unmet]
        if held:
            return f"these facts should not hold, but do: {held}"
        lost = sorted(unmet.difference(self.fails)) if self.fails else []
        if self.rule == CAPSTONE and lost:
            return f"these facts should hold, but do not: {lost}"
        return ""


def course() -> Course:
    """Return the course of this checkout."""
    return load_course(ROOT)


def cases(rule: Rule) -> list[Case]:
    """Return every case of one rule."""
    return [
        Case(rule.id, "shipped", rule.original, Outcome.NOT_YET),
        Case(rule.id, "reference", _reference(rule), Outcome.REPAIRED),
        *(_attempt(rule.id, path) for path in attempts(rule.id)),
        *(_odd(rule.id, name) for name in ODD_ANSWERS),
    ]


def attempts(rule: str) -> list[Path]:
    """Return the files of a rule's attempts, right ones first."""
    return sorted((ROOT / "tests" / "attempts" / rule).glob("*.py"))


def judge(rule: Rule) -> Judge:
    """Return a judge for a rule's notebook; it may judge any number of cases."""
    return Judge(course(), rule.notebook)


def _reference(rule: Rule) -> str:
    return source_of(ROOT / "solutions" / rule.notebook, rule.id)


def _attempt(rule: str, path: Path) -> Case:
    source = path.read_text("utf-8")
    if path.name.startswith("right_"):
        return Case(rule, path.stem, source, Outcome.REPAIRED)
    docstring = ast.get_docstring(ast.parse(source)) or ""
    return Case(rule, path.stem, source, Outcome.NOT_YET, tuple(FAILS.findall(docstring)))


def _odd(rule: str, name: str) -> Case:
    source = f"# exercise: {rule}\n{ODD.format(answer=ODD_ANSWERS[name])}"
    return Case(rule, f"odd_{name}", source, Outcome.NOT_YET)
