"""The page of the class: what to look at, how the points spread, what was hard, and everybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mean, median
from urllib.parse import quote

from clinic.catalog import Course
from clinic.grading import page
from clinic.grading.feedback import counted_days, words
from clinic.grading.marks import Mark
from clinic.grading.results import RuleResult
from clinic.grading.texts import counted, number
from clinic.verdict import Outcome

_MOST_NAMED = 50
"""How many students one heading names; the gradebook names all."""

_MOST_FACTS = 15
_FEW = 10
_BINS = 10


def write(course: Course, marks: Sequence[Mark], sentences: Sequence[str] = ()) -> str:
    """Return the page; ``sentences`` are about the class as a whole."""
    body = [
        "<main>\n<h1>FastAPI Clinic: the class</h1>",
        _lead(marks),
        _contents(),
        _attention(course, marks, sentences),
        _totals(marks),
        _exercises(course, marks),
        _missed(course, marks),
        _students(marks),
        "</main>",
    ]
    return page.document("FastAPI Clinic: the class", "\n".join(body), script=page.SORTING)


def histogram(marks: Iterable[Mark]) -> list[tuple[str, int]]:
    """Return label and count of each bar: tenths of the points, and a full score on its own."""
    counts = Counter(_bin(mark) for mark in marks if mark.possible)
    labels = [f"{i * 10} to {i * 10 + 9} %" for i in range(_BINS)] + ["100 %"]
    return [(label, counts[i]) for i, label in enumerate(labels)]


def _bin(mark: Mark) -> int:
    # A hair more than exact, since 0.7 * 10 is 7.000000000000001 or 6.999999999999999.
    return min(int(mark.total / mark.possible * _BINS + 1e-9), _BINS)


def _lead(marks: Sequence[Mark]) -> str:
    if not marks:
        return '<p class="lead">Nobody has been graded yet.</p>'
    totals = [mark.total for mark in marks]
    most = max(mark.possible for mark in marks)
    return (
        f'<p class="lead">{counted(len(marks), "student")}. Mean <strong>{number(mean(totals))}'
        f"</strong>, median <strong>{number(median(totals))}</strong>, lowest "
        f"{number(min(totals))}, highest {number(max(totals))} of {most} points.</p>"
    )


def _contents() -> str:
    parts = {
        "look": "To look at",
        "totals": "Totals",
        "exercises": "Exercises",
        "missed": "Facts most often missed",
        "students": "Students",
    }
    links = (f'<a href="#{anchor}">{text}</a>' for anchor, text in parts.items())
    return f'<nav aria-label="On this page">{page.items(links)}</nav>'


def _attention(course: Course, marks: Sequence[Mark], sentences: Sequence[str]) -> str:
    groups = [_group(title, list(entries)) for title, entries in _groups(course, marks)]
    told = page.items(map(page.escape, sentences))
    content = told + "\n".join(filter(None, groups))
    return '<h2 id="look">To look at</h2>\n' + (content or "<p>Nothing.</p>")


def _groups(course: Course, marks: Sequence[Mark]) -> Iterator[tuple[str, Iterable[str]]]:
    titles = {rule.id: rule.title for rule in course.rules}
    yield (
        "Could not be judged, worth nothing until then",
        (_entry(mark, _untold(mark, titles)) for mark in marks if mark.untold),
    )
    yield (
        "Answers that wait for a score in manual.csv",
        (_entry(mark, _waiting(mark)) for mark in marks if mark.waiting),
    )
    yield (
        "Scored answers that have changed since",
        (_entry(m, _changed(m)) for m in marks if any(s.changed for s in m.scores)),
    )
    yield "Graded without a sandbox", (_entry(m) for m in marks if not m.result.sandboxed)
    yield "Late", (_entry(mark, _late(mark)) for mark in marks if mark.late)
    yield "Nothing changed in any exercise", (_entry(m) for m in marks if not m.attempted)
    yield "The very same submission", _twins(marks)
    yield (
        "Notes on what was handed in",
        (_entry(m, page.escape(" ".join(m.result.notes))) for m in marks if m.result.notes),
    )


def _group(title: str, entries: list[str]) -> str:
    if not entries:
        return ""
    shown = entries[:_MOST_NAMED]
    if len(entries) > _MOST_NAMED:
        shown.append(f"and {len(entries) - _MOST_NAMED:,} more; see gradebook.csv")
    summary = f"{title}: <strong>{len(entries):,}</strong>"
    return page.folded(summary, page.items(shown), unfolded=len(entries) <= _FEW)


def _entry(mark: Mark, told: str = "") -> str:
    return f"{_link(mark)}: {told}" if told else _link(mark)


def _link(mark: Mark) -> str:
    address = quote(f"feedback/{mark.result.key}.html", errors="replace")
    return f'<a href="{page.escape(address)}">{page.name(mark.result.student)}</a>'


def _untold(mark: Mark, titles: Mapping[str, str]) -> str:
    return "; ".join(
        page.escape(titles.get(rule.verdict.rule, rule.verdict.rule))
        + (f" ({page.escape(rule.verdict.reason, 200)})" if rule.verdict.reason else "")
        for rule in mark.untold
    )


def _waiting(mark: Mark) -> str:
    return page.escape(", ".join(scored.question.category for scored in mark.waiting))


def _changed(mark: Mark) -> str:
    return page.escape(", ".join(s.question.category for s in mark.scores if s.changed))


def _late(mark: Mark) -> str:
    lateness = mark.lateness
    if lateness is None:
        return "according to the platform; no penalty"
    days = f"{counted_days(lateness.days)}, " if lateness.days else ""
    return f"{days}{number(lateness.penalty_percent)} % taken off"


def _twins(marks: Sequence[Mark]) -> Iterator[str]:
    groups: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.result.digest and mark.attempted:
            groups[mark.result.digest].append(mark)
    yield from (", ".join(map(_link, group)) for group in groups.values() if len(group) > 1)


def _totals(marks: Sequence[Mark]) -> str:
    bars = histogram(marks)
    told = "; ".join(f"{label}: {counted(count, 'student')}" for label, count in bars)
    return (
        '<h2 id="totals">Totals</h2>\n<figure class="histogram">\n'
        f"{_picture(bars, f'How many students have how much of the points. {told}.')}\n"
        "<figcaption><small>Students by their share of the points, late penalties and scored "
        "answers included.</small></figcaption>\n</figure>"
    )


def _picture(bars: Sequence[tuple[str, int]], told: str) -> str:
    """Return bars with their numbers; lengths are in percent, so that text keeps its size."""
    most = max(count for _, count in bars) or 1
    height = 24
    labels = "\n".join(
        f'<text x="88" y="{i * height + 17}" text-anchor="end">{label}</text>'
        for i, (label, _) in enumerate(bars)
    )
    drawn = "\n".join(
        f'<rect width="{count / most:.2%}" y="{i * height + 4}" height="{height - 6}" rx="1"/>'
        f'<text x="{count / most:.2%}" dx="8" y="{i * height + 17}">{count:,}</text>'
        for i, (_, count) in enumerate(bars)
    )
    whole = len(bars) * height
    return (
        f'<svg role="img" aria-label="{page.escape(told)}" width="100%" height="{whole}">\n'
        f'{labels}\n<svg class="plot" x="100" height="{whole}">\n'
        f'<line class="axis" y2="{whole}"/>\n{drawn}\n</svg>\n</svg>'
    )


def _exercises(course: Course, marks: Sequence[Mark]) -> str:
    by_rule: dict[str, list[RuleResult]] = defaultdict(list)
    for mark in marks:
        for result in mark.result.rules:
            by_rule[result.verdict.rule].append(result)
    known = [rule for rule in course.rules if rule.id in by_rule]
    titles = {rule.id: (rule.title, rule.category) for rule in known}
    unknown = sorted(set(by_rule) - set(titles))
    rows = [_exercise(*titles[rule.id], by_rule[rule.id]) for rule in known]
    rows += [_exercise(rule, "no longer in the course", by_rule[rule]) for rule in unknown]
    heads = ["exercise", *page.SIGNS, "mean points"]
    caption = "How many students ended how, and what they earned"
    return '<h2 id="exercises">Exercises</h2>\n' + page.table(caption, heads, rows, sortable=True)


def _exercise(title: str, category: str, results: Sequence[RuleResult]) -> list[str]:
    counts = Counter(words(result) for result in results)
    possible = max(result.possible for result in results)
    points = f"{number(mean(r.points for r in results))} of {possible}" if possible else "none"
    head = f"{page.escape(title)}<br><small>{page.escape(category)}</small>"
    return [head, *(f"{counts[key]:,}" for key in page.SIGNS), points]


def _missed(course: Course, marks: Sequence[Mark]) -> str:
    rows = [
        [page.escape(text), page.escape(title), f"{missed:,} of {tried:,}"]
        for text, title, missed, tried in missed_facts(course, marks)[:_MOST_FACTS]
    ]
    head = '<h2 id="missed">Facts most often missed</h2>\n'
    if not rows:
        return head + "<p>None was missed by anybody who tried.</p>"
    caption = "Among those who changed the exercise"
    return head + page.table(caption, ["fact", "exercise", "missed by"], rows)


def missed_facts(course: Course, marks: Iterable[Mark]) -> list[tuple[str, str, int, int]]:
    """Return text, exercise, how many missed it and how many tried, the most missed first."""
    missed: Counter[tuple[str, str]] = Counter()
    tried: Counter[str] = Counter()
    for verdict in (result.verdict for mark in marks for result in mark.result.rules):
        if verdict.outcome in (Outcome.REPAIRED, Outcome.NOT_YET):
            tried[verdict.rule] += 1
            missed.update((verdict.rule, fact.text) for fact in verdict.core if not fact.met)
    titles = {rule.id: rule.title for rule in course.rules}
    return [
        (text, titles.get(rule, rule), count, tried[rule])
        for (rule, text), count in sorted(missed.items(), key=lambda item: (-item[1], item[0]))
    ]


def _students(marks: Sequence[Mark]) -> str:
    manual = any(mark.scores for mark in marks)
    late = any(mark.late for mark in marks)
    untold = any(mark.untold for mark in marks)
    columns = {
        "total": True,
        "exercises": manual or late,
        "answers": manual,
        "penalty": late,
        "repaired": True,
        "could not tell": untold,
    }
    heads = ["student", *(head for head, wanted in columns.items() if wanted)]
    rows = ([_link(mark), *(_value(mark, head) for head in heads[1:])] for mark in marks)
    caption = "Everybody, with a link to the feedback"
    return '<h2 id="students">Students</h2>\n' + page.table(caption, heads, rows, sortable=True)


def _value(mark: Mark, head: str) -> str:
    values = {
        "total": f"{number(mark.total)} of {mark.possible}",
        "exercises": number(mark.automatic),
        "answers": number(mark.manual) + (" so far" if mark.waiting else ""),
        "penalty": (number(mark.penalty) if mark.penalty else "late") if mark.late else "",
        "repaired": str(sum(words(rule) == "repaired" for rule in mark.result.rules)),
        "could not tell": str(len(mark.untold) or ""),
    }
    return values[head]
