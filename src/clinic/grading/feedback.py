"""One student's page: each exercise, fact by fact, in words, and what to do next.

It says what :func:`clinic.verify` would have said, and nothing of the check or of other students.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clinic.catalog import Category, Course, Rule
from clinic.grading import page
from clinic.grading.manual import Scored
from clinic.grading.marks import Mark
from clinic.grading.results import RuleResult
from clinic.grading.texts import NAME, counted, line, number
from clinic.verdict import Fact, Outcome, Verdict

_MEANING = {
    "repaired": "every fact holds.",
    "partly": "some of what was wrong is repaired.",
    "not yet": "not all facts hold yet.",
    "not attempted": "the cell is missing, or as it was shipped.",
    "could not tell": "our check could not finish. The fault is ours, not yours.",
}


def words(result: RuleResult) -> str:
    """Return the outcome in the words of :data:`page.SIGNS`: a part of the points is "partly"."""
    outcome = result.verdict.outcome
    if outcome is Outcome.NOT_YET:
        return "partly" if result.points > 0 else "not yet"
    return outcome.value.replace("_", " ")


def write(course: Course, mark: Mark) -> str:
    """Return the student's page."""
    parts = [
        f"<main>\n<h1>Feedback for {page.name(mark.result.student)}</h1>",
        _lead(mark),
        _sum(mark),
        _glance(course, mark),
        _notes(mark.result.notes),
        *_sections(course, mark),
        _how_points_count(mark),
        "</main>",
    ]
    title = f"FastAPI Clinic: feedback for {line(mark.result.student, NAME)}"
    return page.document(title, "\n".join(filter(None, parts)))


def _lead(mark: Mark) -> str:
    if not mark.result.rules:
        return '<p class="lead">No exercise was judged.</p>'
    return (
        f'<p class="lead">You have <strong>{number(mark.total)} of {mark.possible} points'
        "</strong>.</p>"
    )


def _glance(course: Course, mark: Mark) -> str:
    """Return the exercises by outcome, each a link to its place on the page."""
    titles = {rule.id: rule.title for rule in course.rules}
    links: dict[str, list[str]] = {key: [] for key in page.SIGNS}
    for result in mark.result.rules:
        rule = result.verdict.rule
        link = f'<a href="#{page.escape(rule)}">{page.escape(titles.get(rule, rule))}</a>'
        links[words(result)].append(link)
    entries = "\n".join(
        f"<li>{page.outcome(key)}: {len(found)} of {len(mark.result.rules)}<br>"
        f"{', '.join(found)}</li>"
        for key, found in links.items()
        if found
    )
    return f'<ul class="glance">\n{entries}\n</ul>' if entries else ""


def _sum(mark: Mark) -> str:
    """Return how the total comes about, where there is more to it than the exercises."""
    rows = [("Exercises", f"{number(mark.automatic)} of {mark.result.possible}")]
    if mark.scores:
        most = sum(scored.question.points for scored in mark.scores)
        rows.append((f"Answers{_waiting(mark)}", f"{number(mark.manual)} of {most}"))
    if mark.late:
        rows.append((_late(mark), f"\N{MINUS SIGN}{number(mark.penalty)}"))
    if len(rows) == 1:
        return ""
    rows.append(("Total", f"{number(mark.total)} of {mark.possible}"))
    inner = "\n".join(
        f'<tr><th scope="row">{page.escape(head)}</th><td>{value}</td></tr>'
        for head, value in rows
    )
    return f'<table class="sum"><caption>Your points</caption>\n{inner}\n</table>'


def _waiting(mark: Mark) -> str:
    count = len(mark.waiting)
    return f" ({count} not yet read)" if count else ""


def _late(mark: Mark) -> str:
    lateness = mark.lateness
    if lateness is None:
        return "Handed in late, no points taken off"
    days = f" by {counted_days(lateness.days)}" if lateness.days else ""
    percent = number(lateness.penalty_percent)
    return f"Handed in late{days}, {percent} % of your points"


def counted_days(days: float) -> str:
    """Return ``1 day`` or ``1.5 days``."""
    return f"{number(days)} {'day' if days == 1 else 'days'}"


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    return "<h2>About what you handed in</h2>\n" + page.items(map(page.escape, notes))


def _sections(course: Course, mark: Mark) -> Iterator[str]:
    results = {result.verdict.rule: result for result in mark.result.rules}
    scores = {scored.question.category: scored for scored in mark.scores}
    for category in course.categories:
        found = [(rule, results.pop(rule.id)) for rule in category.rules if rule.id in results]
        scored = scores.get(category.notebook.removesuffix(".ipynb"))
        if found or scored:
            yield _section(category, found, scored)
    if results:  # of a course that has changed since
        yield "<h2>Other exercises</h2>"
        yield from (_article(result, result.verdict.rule, "") for result in results.values())


def _section(
    category: Category, found: Sequence[tuple[Rule, RuleResult]], scored: Scored | None
) -> str:
    articles = [_article(result, rule.title, _place(rule)) for rule, result in found]
    answers = [_answer(scored)] if scored else []
    return "\n".join([f"<h2>{page.escape(category.title)}</h2>", *articles, *answers])


def _place(rule: Rule) -> str:
    return (
        f"Lesson: <code>{page.escape(rule.notebook)}</code>, section “{page.escape(rule.title)}”."
    )


def _article(result: RuleResult, title: str, place: str) -> str:
    told = words(result)
    points = f"{number(result.points)} of {result.possible} points"
    if not result.possible:
        points = "practice, no points"
    head = (
        f"<header><h3>{page.escape(title)}</h3>{page.outcome(told)}"
        f'<span class="points">{points}</span></header>'
    )
    anchor = page.escape(result.verdict.rule)
    return f'<article id="{anchor}">\n{head}\n{_detail(result, told, place)}\n</article>'


def _detail(result: RuleResult, told: str, place: str) -> str:
    verdict = result.verdict
    meaning = f"<p>{_capital(_MEANING[told])}</p>"
    lesson = f"<p><small>{place}</small></p>" if place else ""
    if told == "repaired":
        count = len(verdict.core)
        held = "The one fact holds" if count == 1 else f"All {count} facts hold"
        return page.folded(held, _facts(verdict, verdict.facts) + lesson)
    if told == "not attempted":
        reason = f"<p>{page.escape(verdict.reason)}</p>" if verdict.reason else meaning
        return reason + _also("What is checked", verdict, verdict.facts) + lesson
    parts = (page.block(verdict.reason, 4000), _open_facts(verdict), _next(verdict), lesson)
    return "\n".join(filter(None, [meaning, *parts]))


def _open_facts(verdict: Verdict) -> str:
    """Return the facts that are still to be met; those that hold are folded away."""
    if verdict.outcome is Outcome.COULD_NOT_TELL:
        return _also("What is checked", verdict, verdict.facts)
    open_facts = [fact for fact in verdict.core if not fact.met]
    others = [fact for fact in verdict.facts if fact not in open_facts]
    held = sum(fact.met for fact in verdict.core)
    summary = f"{held} of {counted(len(verdict.core), 'fact')} hold already"
    return _facts(verdict, open_facts) + _also(summary, verdict, others)


def _also(summary: str, verdict: Verdict, facts: Sequence[Fact]) -> str:
    return page.folded(summary, _facts(verdict, facts)) if facts else ""


def _facts(verdict: Verdict, facts: Sequence[Fact]) -> str:
    pending = verdict.outcome in (Outcome.NOT_ATTEMPTED, Outcome.COULD_NOT_TELL)
    inner = "\n".join(_fact(fact, pending) for fact in facts)
    return f'<ul class="facts">\n{inner}\n</ul>' if inner else ""


def _fact(fact: Fact, pending: bool) -> str:
    mark = '<span class="soft">·</span>'
    if not pending:
        kind, sign, word = ("good", "✔", "yes") if fact.met else ("bad", "✘", "no")
        mark = f'<span class="{kind}"><span aria-hidden="true">{sign}</span> {word}</span>'
    extra = ' <span class="soft">(beyond the rule)</span>' if fact.extra else ""
    seen = f'<span class="seen">{page.escape(fact.seen)}</span>' if fact.seen else ""
    return f"<li>{mark}<span>{page.escape(fact.text)}{extra}</span>{seen}</li>"


def _next(verdict: Verdict) -> str:
    return f'<p class="next"><strong>Next:</strong> {page.escape(_step(verdict))}</p>'


def _step(verdict: Verdict) -> str:
    """Return what to do now, as :func:`clinic.verification.next_step` does in the notebook."""
    unmet = [fact for fact in verdict.core if not fact.met]
    if verdict.outcome is Outcome.COULD_NOT_TELL:
        return "nothing for you to do. Your instructor has this exercise on a list to look at."
    if verdict.reason and len(unmet) == len(verdict.core):
        return "mend that first; the facts come after it."
    told = unmet[0].next_step if unmet else ""
    return told or "take the first fact with a no; hint 1 of the lesson says where to look."


def _answer(scored: Scored) -> str:
    question = scored.question
    points = f"not yet read, {question.points} points possible"
    if not scored.waiting:
        points = f"{number(scored.score or 0.0)} of {question.points} points"
    given = page.block(scored.answer, kind="quote") or '<p class="soft">You gave no answer.</p>'
    comment = (
        f"<p>Comment of your instructor:</p>\n{page.block(scored.comment, kind='quote')}"
        if scored.comment
        else ""
    )
    return (
        f'<article>\n<header><h3>Your answer</h3><span class="points">{points}</span></header>\n'
        f"{page.block(question.text, kind='prose')}\n{given}\n{comment}\n</article>"
    )


def _how_points_count(mark: Mark) -> str:
    graded = f" Judged {page.escape(mark.result.graded_at)}." if mark.result.graded_at else ""
    return (
        "<h2>How points are counted</h2>\n"
        "<p>A repaired exercise earns all of its points. Otherwise each fact that the app as "
        "shipped did not meet, and yours does, earns an equal share; a fact that the app as "
        "shipped met, and yours no longer does, takes a share back. Facts beyond the rule never "
        "count. What a client saw was found by sending real requests to your app.</p>\n"
        f'<p class="soft"><small>FastAPI Clinic.{graded}</small></p>'
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
