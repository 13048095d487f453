"""The matrix: checks accept every right repair and reject every wrong one, for its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import matrix
import pytest
from matrix import Case

from clinic.catalog import Rule
from clinic.nbval_run import Judge, check_sources, core_facts
from clinic.verdict import Outcome

RULES = matrix.course().rules


@pytest.fixture(scope="module")
def judges() -> Iterator[dict[str, Judge]]:
    """Keep one judge for each notebook; xdist keeps a rule's cases in one worker."""
    kept: dict[str, Judge] = {}
    yield kept
    for judge in kept.values():
        judge.close()


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=pytest.mark.xdist_group(rule.id))
        for rule in RULES
        for case in matrix.cases(rule)
    ],
)
def test_case(case: Case, judges: dict[str, Judge]) -> None:
    rule = matrix.course().rule(case.rule)
    judge = judges.setdefault(rule.notebook, matrix.judge(rule))
    (verdict,) = judge.run({rule.id: case.source})
    complaint = case.complaint(verdict)
    assert not complaint, complaint  # whole, also where pytest would shorten a comparison


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_enough_attempts(rule: Rule) -> None:
    names = [path.name for path in matrix.attempts(rule.id)]
    assert sum(name.startswith("right_") for name in names) >= 3
    assert sum(name.startswith("wrong_") for name in names) >= 4
    assert all(name.startswith(("right_", "wrong_")) for name in names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_wrong_attempt_names_a_core_fact(rule: Rule) -> None:
    core = {fact.text for fact in core_facts(matrix.course(), rule.id)}
    for case in matrix.cases(rule):
        if case.name.startswith("wrong_"):
            assert case.fails, f"{case.id} names no fact that fails"
            assert set(case.fails) <= core


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_core_fact_is_what_some_wrong_attempt_fails(rule: Rule) -> None:
    core = {fact.text for fact in core_facts(matrix.course(), rule.id)}
    named = {fact for case in matrix.cases(rule) for fact in case.fails}
    assert core == named


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_attempt_says_what_it_is(rule: Rule) -> None:
    for path in matrix.attempts(rule.id):
        source = path.read_text("utf-8")
        assert source.startswith(f"# exercise: {rule.id}\n")
        assert ast.get_docstring(ast.parse(source))


def test_the_course_as_shipped_is_not_attempted() -> None:
    course = matrix.course()
    verdicts = check_sources(course, course.originals)
    assert [verdict.rule for verdict in verdicts] == [rule.id for rule in course.rules]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.NOT_ATTEMPTED}
