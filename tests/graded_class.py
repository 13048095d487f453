"""A class with results made up at random, for tests of what people read of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from clinic.catalog import Course, Question, Rule
from clinic.grading.results import RuleResult, StudentResult
from clinic.verdict import Fact, Outcome, Verdict

NAMES = (
    "Ada Lovelace",
    "Grace Hopper",
    "Ngô Bảo Châu",
    "José Ortega y Gasset",
    "محمد الخوارزمي",
    "עדה יונת",
    "नारायण मूर्ति",
    "王小明",
    "Zoë Å. Ångström-O'Neill",
    "Wolfeschlegelsteinhausenbergerdorff, Hubert",
)

HOSTILE = (
    "<script>window.ran = 1; alert(1)</script>",
    '"><img src=x onerror="window.ran = 1; alert(1)">',
    "'><svg onload=alert(1)>",
    "</title></style></script><script>alert(1)</script>",
    '<a href="javascript:window.ran=1">click</a>',
    '<meta http-equiv="refresh" content="0; url=https://example.org/">',
    "<link rel=stylesheet href=https://example.org/a.css>",
    "<!-- ",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "\u202egnp.eliforp\u202c and back",
    "a\0b\x1b[31mred\x1b[0m\x07\x9b31m",
    "lone \ud800 surrogate \udfff",
    '=HYPERLINK("https://example.org")',
    "+1;=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "-2+3",
    "Points Possible",
    "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359\u035a\u035b\u035ca\u0300lgo",
    "long " * 250_000,
    "\n".join("line" for _ in range(50_000)),
    "",
    " ",
)
"""What strangers write into names, notes and answers, and what their apps send."""

FACTS = (
    "a valid order is answered 201 Created",
    "five requests at once take no longer than one",
    "an order without a quantity is refused with 422",
    "the health check answers while the report runs",
)


def graded_class(
    course: Course, count: int, seed: int = 0, questions: Sequence[Question] = ()
) -> list[StudentResult]:
    """Return ``count`` students with results of every kind."""
    source = random.Random(seed)
    return [_student(course.rules, i, source, questions or course.questions) for i in range(count)]


def hostile_student(course: Course, number: int, text: str) -> StudentResult:
    """Return a student all of whose texts are ``text``."""
    ids = dict.fromkeys(
        ("canvas", "moodle", "email", "sis_user_id", "sis_login_id", "section"), text
    )
    rules = tuple(
        RuleResult(
            Verdict(
                rule.id,
                outcome,
                (Fact("it holds", True, seen=text), Fact("it fails", False, False, text, text)),
                reason=text,
            ),
            0.0,
            10,
        )
        for rule, outcome in zip(course.rules, Outcome, strict=False)
    )
    return StudentResult(
        text,
        f"hostile-{number}",
        "",
        rules,
        ids=ids,
        late=True,
        notes=(text, text),
        answers={question.category: text for question in course.questions},
    )


def result(
    student: str, key: str, rules: Iterable[RuleResult] = (), **more: object
) -> StudentResult:
    """Return a result of which only this matters."""
    plain = StudentResult(student, key, "", tuple(rules))
    return replace(plain, **more) if more else plain  # type: ignore[arg-type]


def rule_result(
    rule: str, outcome: Outcome, points: float = 0.0, facts: Mapping[str, bool] | None = None
) -> RuleResult:
    """Return a result of 10 possible points."""
    found = tuple(Fact(text, met) for text, met in (facts or {}).items())
    return RuleResult(Verdict(rule, outcome, found), points, 10)


def _student(
    rules: Sequence[Rule], number: int, source: random.Random, questions: Sequence[Question]
) -> StudentResult:
    skill = source.betavariate(3, 1.6)
    name = NAMES[number] if number < len(NAMES) else f"Student {number:05}"
    answers = {
        question.category: "Because the event loop waits:\n- one thread\n- one queue"
        for question in questions
        if source.random() < 0.8
    }
    notes = ("Cell 7 is a second copy of async_endpoints; the last one that was run counts.",)
    return StudentResult(
        name,
        f"student-{number:05}",
        f"digest {number}",
        tuple(_rule(rule, skill, source) for rule in rules),
        ids={"canvas": str(1000 + number), "moodle": str(5000 + number)},
        late=source.random() < 0.1,
        notes=notes if source.random() < 0.1 else (),
        answers=answers,
        sandboxed=source.random() > 0.02,
        graded_at="2026-11-24T15:00:00+00:00",
    )


def _rule(rule: Rule, skill: float, source: random.Random) -> RuleResult:
    luck = source.random()
    if luck < 0.01:
        reason = "The check ran out of time."
        return RuleResult(
            Verdict(rule.id, Outcome.COULD_NOT_TELL, reason=reason), 0.0, rule.points
        )
    facts = tuple(_fact(text, source.random() < skill) for text in FACTS)
    if luck < 0.15 * (1.3 - skill):
        unmet = tuple(Fact(fact.text, False) for fact in facts)
        return RuleResult(Verdict(rule.id, Outcome.NOT_ATTEMPTED, unmet), 0.0, rule.points)
    met = sum(fact.met for fact in facts)
    outcome = Outcome.REPAIRED if met == len(facts) else Outcome.NOT_YET
    extra = Fact("the answer names what was wrong", source.random() < 0.3, extra=True)
    points = round(rule.points * max(met - 1, 0) / (len(facts) - 1), 2)
    return RuleResult(Verdict(rule.id, outcome, (*facts, extra)), points, rule.points)


def _fact(text: str, met: bool) -> Fact:
    if met:
        return Fact(text, True, seen="GET /report answered 200 after 0.52 s.")
    seen = "GET /health answered after 3.1 s, behind six reports."
    return Fact(text, False, seen=seen, next_step="let the loop go on while the report is made.")
