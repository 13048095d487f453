"""``verify("<rule>")``: what the learner's latest cell does, fact by fact.

The learner's own machine is trusted as far as the learner trusts it: the app runs in a child
process, the check in another. Grading strangers' code is a different matter, in other modules.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from clinic import progress_file
from clinic.catalog import Course, Rule, find_course
from clinic.exercise import attempted, current_shell, latest_run
from clinic.nbval_run import Judge, core_facts
from clinic.study import shown
from clinic.verdict import Fact, Outcome, Verdict
from clinic.views import View, escape, message, stack

KEPT = "_clinic_judge"
"""Where the IPython shell keeps the judge that waits for the next verify."""

_KEEPING = threading.Lock()


@shown
def verify(rule: str) -> list[View]:
    """Check the latest run of the rule's exercise cell, and show each fact with yes or no.

    The outcome goes to ``progress.json``. Interrupting is safe: nothing is recorded.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        # The cell with the points does it; and the instructor's progress is nobody else's.
        return [message("nbgrader is grading this notebook: the points are below.")]
    course = find_course()
    chosen = course.rule(rule)
    source = latest_run(rule)
    if source is None:
        return [_never_run(chosen)]
    if not attempted(source, chosen.original):
        # "Done means" above the cell says the same where the checks are the instructor's.
        facts = core_facts(course, rule) if course.checks.is_dir() else ()
        return [verdict_view(chosen, Verdict(rule, Outcome.NOT_ATTEMPTED, facts))]
    return _judge(course, chosen, source) if course.checks.is_dir() else [_kept_back(chosen)]


def _judge(course: Course, rule: Rule, source: str) -> list[View]:
    judge = _judge_of(course, rule.notebook)
    try:
        verdict = judge.run({rule.id: source})[0]
    except KeyboardInterrupt:
        judge.abandon()
        return [message("Stopped before there was a verdict. Nothing is lost; verify again.")]
    if current_shell() is None:
        judge.close()
    notice = progress_file.record(course, verdict, source)
    return [verdict_view(rule, verdict), *([message(notice)] if notice else [])]


def prepare(course: Course, notebook: str) -> None:
    """Start this kernel's judge for that notebook ahead, so that it is warm when it is needed."""
    _judge_of(course, notebook).start()


def _judge_of(course: Course, notebook: str) -> Judge:
    """Return the judge of this kernel; one for another notebook makes way.

    It waits beside the kernel and ends with it, because then its channel ends.
    """
    with _KEEPING:
        return _kept_judge(course, notebook)


def _kept_judge(course: Course, notebook: str) -> Judge:
    shell = current_shell()
    kept: Judge | None = getattr(shell, KEPT, None)
    if kept is not None and (kept.course.root, kept.notebook) == (course.root, notebook):
        return kept
    if kept is not None:
        _in_background(kept.abandon)
    judge = Judge(course, notebook)
    if shell is not None:
        setattr(shell, KEPT, judge)
    return judge


def _in_background(job: Callable[[], Any]) -> None:
    threading.Thread(target=job, daemon=True).start()


def _never_run(rule: Rule) -> View:
    return message(
        f"Nothing to verify yet: in this kernel the cell that begins with "
        f"'# exercise: {rule.id}' has not been run. Run it, then run this cell again."
    )


def _kept_back(rule: Rule) -> View:
    return message(
        f"Your instructor holds the checks of this course, so your {rule.id} is judged when you "
        'hand in this notebook, and not here. Run "Watch it break" once more to see what your '
        'repair does, compare it with "Done means", and save the notebook.'
    )


def verdict_view(rule: Rule, verdict: Verdict) -> View:
    """Return the verdict as the learner sees it."""
    views = [_headline(rule, verdict)]
    if verdict.outcome is Outcome.NOT_ATTEMPTED and verdict.facts:
        views.append(message("What will be checked once you have changed it:"))
    if verdict.facts:
        views.append(_facts_view(verdict))
    step = next_step(verdict)
    return stack([*views, *([message(step)] if step else [])])


def next_step(verdict: Verdict) -> str:
    """Return one sentence on what to do now."""
    unmet = [fact for fact in verdict.core if not fact.met]
    if verdict.outcome is Outcome.REPAIRED:
        return f'Next: solution("{verdict.rule}") shows another way, and why it works.'
    if verdict.outcome is Outcome.COULD_NOT_TELL:
        return (
            "Next: run the cell again. If it happens twice, please report it with the text above."
        )
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        return "Next: change the exercise cell, run it, then run this cell again."
    if verdict.reason and all(not fact.met for fact in verdict.core):
        return "Next: mend that first, run the exercise cell, then run this cell again."
    told = unmet[0].next_step if unmet else ""
    return (
        f"Next: {told}"
        if told
        else "Next: take the first fact with a no; hint 1 says where to look."
    )


def _headline(rule: Rule, verdict: Verdict) -> View:
    met = sum(fact.met for fact in verdict.core)
    words = {
        Outcome.REPAIRED: ("✔", "repaired", f"all {met} facts hold"),
        Outcome.NOT_YET: ("✘", "not yet", f"{met} of {len(verdict.core)} facts hold"),
        Outcome.NOT_ATTEMPTED: ("○", "not attempted", "the cell is as it was shipped"),
        Outcome.COULD_NOT_TELL: ("?", "could not tell", "the fault is ours, not yours"),
    }
    sign, outcome, meaning = words[verdict.outcome]
    reason = verdict.reason.strip()
    text = f"{sign} {rule.id}: {outcome} — {meaning}" + (f"\n{reason}" if reason else "")
    markup = (
        f'<p style="margin: 0.4em 0; font-size: var(--jp-content-font-size2, 1.2em)">'
        f'<span aria-hidden="true">{sign}</span> <strong>{escape(rule.title)}: {outcome}</strong>'
        f" — {escape(meaning)}</p>"
    )
    return View(markup + (_preformatted(reason) if reason else ""), text)


def _preformatted(text: str) -> str:
    return f'<pre style="white-space: pre-wrap; margin: 0.4em 0">{escape(text)}</pre>'


def _facts_view(verdict: Verdict) -> View:
    pending = verdict.outcome in (Outcome.NOT_ATTEMPTED, Outcome.COULD_NOT_TELL)
    rows = [_fact_row(fact, pending) for fact in verdict.facts]
    lines = [f"  {row[0]:<6}{row[1]}" + (f"\n        {row[2]}" if row[2] else "") for row in rows]
    body = "".join(
        f'<li style="margin: 0.25em 0"><strong>{escape(mark)}</strong> {escape(text)}'
        + (
            f'<br><span style="color: var(--jp-content-font-color2)">{escape(seen)}</span>'
            if seen
            else ""
        )
        + "</li>"
        for mark, text, seen in rows
    )
    return View(f'<ul style="list-style: none; padding-left: 0.5em">{body}</ul>', "\n".join(lines))


def _fact_row(fact: Fact, pending: bool) -> tuple[str, str, str]:
    mark = "·" if pending else ("✔ yes" if fact.met else "✘ no")
    return mark, fact.text + (" (beyond the rule)" if fact.extra else ""), fact.seen
