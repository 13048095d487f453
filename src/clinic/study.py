"""What a learner calls beside ``verify``: the answer, a fresh start, and the way so far.

All of these show something and return nothing. What goes wrong is a sentence, never a traceback.
"""

from __future__ import annotations

import base64
import difflib
import functools
import inspect
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ParamSpec

from clinic import progress_file
from clinic.catalog import Category, Course, Rule, find_course
from clinic.cells import Cell, headings, read_notebook
from clinic.errors import ClinicError, CourseError, MachineError, UsageError
from clinic.exercise import attempted, current_shell, latest_run, rule_of, sources_in
from clinic.progress_file import Progress
from clinic.views import Markdown, View, escape, message, show, stack, table

TRIES = 2
"""After so many checked texts that differ, the answer opens without a pass."""

_KEPT_BACK = (
    "Your instructor holds the checks of this course: what you repair counts when your notebooks "
    "are judged, and does not show here."
)

P = ParamSpec("P")
Output = View | Markdown


class Stopped(KeyboardInterrupt):
    """The learner's interrupt: it stops Run All as ever, but prints one word as its traceback."""

    def _render_traceback_(self) -> list[str]:
        return ["Stopped."]


def shown(function: Callable[P, Output | Sequence[Output] | None]) -> Callable[P, None]:
    """Let a function show the views that it returns, and what it raises as a sentence.

    With ``CLINIC_DEBUG=1`` in the environment, errors that nobody foresaw keep their traceback.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            _require_fit(function, args, kwargs)
            result = function(*args, **kwargs)
        except KeyboardInterrupt:
            raise Stopped from None
        except Exception as error:
            if os.environ.get("CLINIC_DEBUG") and not isinstance(error, ClinicError):
                raise
            result = message(explain(error))
        show(*([result] if isinstance(result, Output) else result or ()))

    return wrapper


def explain(error: Exception) -> str:
    """Return the sentence for an error; one that is not ours is a fault of the course."""
    if isinstance(error, CourseError):
        return f"This is a fault of the course, please report it: {error}"
    if isinstance(error, ClinicError):
        return str(error)
    return (
        f"This is a fault of the course, please report it: {type(error).__name__}: {error}. "
        "With the environment variable CLINIC_DEBUG=1 it tells more."
    )


@shown
def solution(rule: str, *, anyway: bool = False) -> list[Output]:
    """Show the reference repair, how it differs from yours, why, and what else would do.

    It opens after a pass or two tries that differ; ``anyway=True`` opens it at once.
    """
    course = find_course()
    wanted = course.rule(rule)
    if not course.solutions.is_dir():
        return [message("This copy comes without answers: your instructor has them.")]
    done = progress_file.load(course)
    if not (anyway or done.repaired(rule) or done.tries(rule) >= TRIES):
        return [*_notices(done.notice), message(_locked(rule, done.tries(rule)))]
    answer, why = _answer(course, wanted)
    parts: list[Output] = [Markdown(f"**The reference repair**\n\n{_fenced(answer)}")]
    yours = _latest(course, wanted)
    if yours is not None:
        parts.append(diff(yours, answer))
    return [*_notices(done.notice), *parts, *([Markdown(why)] if why else [])]


@shown
def reset(rule: str) -> list[Output]:
    """Give the original text of an exercise in a new cell below; yours is kept in a file."""
    course = find_course()
    wanted = course.rule(rule)
    texts = [text for text in _texts(course, wanted) if attempted(text, wanted.original)]
    if not texts:
        return [message(f"Your {rule} cell is as it was shipped; there is nothing to reset.")]
    kept = message(_kept_sentence(course, rule, texts))
    shell = current_shell()
    if shell is None:
        return [kept, Markdown(_fenced(wanted.original))]
    shell.set_next_input(wanted.original.rstrip("\n"))
    return [kept, message("The original is in the new cell below; the cell that ran last counts.")]


@shown
def progress() -> View:
    """Show what is repaired in every category, what is left, and where to continue."""
    course = find_course()
    return _overview(course, progress_file.load(course))


@shown
def which_rule(word: str = "") -> View:
    """Show which rule helps when: symptom, rule, minutes; with ``word`` only where it occurs."""
    course = find_course()
    wanted = str(word).casefold()
    found = [r for r in course.rules if wanted in f"{r.when} {r.title} {r.category}".casefold()]
    if not found:
        return message(f"No symptom and no rule has {word!r} in it. which_rule() shows them all.")
    done = progress_file.load(course)
    rows = [_symptom(rule, done) for rule in found]
    overview = table(("When", "repair", "in", "Minutes"), rows, "Which rule when")
    # Loading sets a broken progress file aside: whoever loads has to say so.
    notices = [part for part in _notices(done.notice) if isinstance(part, View)]
    return stack([*notices, overview])


@shown
def export_progress(path: str | Path | None = None) -> View:
    """Write your progress to a file that another machine can import."""
    target = progress_file.export(find_course(), _path(path) if path else None)
    text = (
        f"Your progress is in {target}. It holds results, not your code: "
        "download your notebooks too (File > Download)."
    )
    data = base64.b64encode(target.read_bytes()).decode()
    link = (
        f'<a download="{escape(target.name)}" href="data:application/json;base64,{data}">'
        f"Download {escape(target.name)}</a>"
    )
    return View(f'{message(text).html}<p style="margin: 0.4em 0">{link}</p>', text)


@shown
def import_progress(path: str | Path) -> View:
    """Add exported progress to what is here; no pass of either side is lost."""
    course = find_course()
    return _overview(course, progress_file.merge(course, _path(path)))


def diff(yours: str, answer: str) -> View:
    """Return the lines by which two texts differ, each change marked by a sign and a word."""
    old, new = yours.strip().splitlines(), answer.strip().splitlines()
    changes = list(difflib.unified_diff(old, new, lineterm=""))[3:]  # without its heading
    lines = ["..." if line.startswith("@@") else line for line in changes]
    if not lines:
        return message("Your text and the answer are the same.")
    title = "From your text to the answer"
    rows = "".join(_diff_row(line) for line in lines)
    return View(
        f'<table style="{_DIFF}"><caption style="text-align: left">{title}</caption>'
        f"<tbody>{rows}</tbody></table>",
        "\n".join([f"{title} (- yours, + answer):", *lines]),
    )


def _require_fit(
    function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]
) -> None:
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        names = ", ".join(
            str(p.replace(annotation=p.empty)) for p in signature.parameters.values()
        )
        raise UsageError(f"Call it as {function.__name__}({names}): {error}.") from error


def _path(path: str | Path) -> Path:
    return Path(path).expanduser()


def _notices(*sentences: str) -> list[Output]:
    return [message(sentence) for sentence in sentences if sentence]


def _locked(rule: str, tries: int) -> str:
    so_far = {0: "none so far", 1: "one so far"}.get(tries, f"{tries} so far")
    return (
        f"The answer opens once your repair passes, or after {TRIES} tries that differ "
        f'({so_far}). The hints come first; solution("{rule}", anyway=True) opens it now.'
    )


def _answer(course: Course, rule: Rule) -> tuple[str, str]:
    """Return the repaired cell, and what the answer key says below it, as markdown."""
    path = course.solutions / rule.notebook
    cells = read_notebook(path).cells if path.is_file() else ()
    starts = [i for i, cell in enumerate(cells) if _names(cell) is not None]
    for start, end in itertools.pairwise([*starts, len(cells)]):
        if _names(cells[start]) == rule.id:
            why = _without_next_heading(cells[start + 1 : end], last=end == len(cells))
            return cells[start].source, "\n\n".join(_prose(cell) for cell in why)
    raise CourseError(f"solutions/{rule.notebook} has no answer to {rule.id}.")


def _names(cell: Cell) -> str | None:
    return rule_of(cell.source) if cell.kind == "code" else None


def _without_next_heading(cells: Sequence[Cell], *, last: bool) -> Sequence[Cell]:
    """Leave out the cells with which the next answer's section begins."""
    starts = [
        i
        for i, cell in enumerate(cells)
        if cell.kind == "markdown" and any(level <= 2 for level, _ in headings(cell.source))
    ]
    return cells[: starts[-1]] if starts and not last else cells


def _prose(cell: Cell) -> str:
    return _fenced(cell.source) if cell.kind == "code" else cell.source


def _fenced(source: str) -> str:
    fence = "```"
    while fence in source:
        fence += "`"
    return f"{fence}python\n{source.strip()}\n{fence}"


def _latest(course: Course, rule: Rule) -> str | None:
    """Return the learner's text: the latest run in this kernel, else what the file holds."""
    return latest_run(rule.id) or _saved_text(course, rule)


def _saved_text(course: Course, rule: Rule) -> str | None:
    notebook = read_notebook(course.notebooks / rule.notebook)
    return sources_in(notebook, course.originals).get(rule.id)


def _texts(course: Course, rule: Rule) -> Iterator[str]:
    """Yield every text of the exercise that the kernel or the saved notebook knows."""
    ran = latest_run(rule.id)
    if ran is not None:
        yield ran
    for cell in read_notebook(course.notebooks / rule.notebook).cells:
        if _names(cell) == rule.id and cell.source.strip() != (ran or "").strip():
            yield cell.source


def _kept_sentence(course: Course, rule: str, texts: Sequence[str]) -> str:
    folder = course.notebooks / ".clinic" / "saved"
    try:
        paths = [_keep(folder, rule, text) for text in texts]
    except OSError as error:
        raise MachineError(
            f"Your text could not be kept in {folder}: {error.strerror}. Nothing was changed."
        ) from error
    names = " and ".join(os.path.relpath(path) for path in paths)
    return f"Your text is kept in {names}; `%load {os.path.relpath(paths[0])}` brings it back."


def _keep(folder: Path, rule: str, text: str) -> Path:
    """Write a text to a new file, or return the one that holds it already."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob(f"{rule}-*.py"):
        if path.read_text(encoding="utf-8", errors="replace") == text:
            return path
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    path = folder / f"{rule}-{stamp}.py"
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def _overview(course: Course, done: Progress) -> View:
    categories = [category for category in course.categories if category.rules]
    open_rules = [rule for rule in course.rules if not done.repaired(rule.id)]
    here = open_rules[0] if open_rules else None
    rows = [_row(category, done, here) for category in categories]
    headers = ("Category", "Repaired", "Points", "Minutes left", "Continue")
    kept_back = "" if course.checks.is_dir() else _KEPT_BACK
    notices = _notices(done.notice, kept_back)
    parts = [*notices, table(headers, rows, "Your progress"), _next(here)]
    return stack([part for part in parts if isinstance(part, View)])


def _row(category: Category, done: Progress, here: Rule | None) -> Sequence[object]:
    repaired = [rule for rule in category.rules if done.repaired(rule.id)]
    left = [rule for rule in category.rules if rule not in repaired]
    return (
        category.title,
        f"{len(repaired)} of {len(category.rules)}",
        f"{sum(r.points for r in repaired)} of {sum(r.points for r in category.rules)}",
        sum(rule.minutes for rule in left),
        _link(left[0], "continue here: " if left[0] is here else "") if left else "done",
    )


def _symptom(rule: Rule, done: Progress) -> Sequence[object]:
    minutes = "repaired" if done.repaired(rule.id) else rule.minutes
    return rule.when, _link(rule, ""), rule.category, minutes


def _next(here: Rule | None) -> View:
    if here is None:
        return message("Every rule of this course is repaired. Well done!")
    lead = f"Continue here ({here.minutes} min): "
    link = _link(here, "")
    return View(f'<p style="margin: 0.4em 0">{lead}{link.html}</p>', lead + link.text)


def _link(rule: Rule, lead: str) -> View:
    """Return a link to the rule's notebook; all notebooks lie in one folder."""
    return View(
        # Underlined: beside other text a colour alone does not tell a link.
        f'<a href="{escape(rule.notebook)}" style="text-decoration: underline">'
        f"{escape(lead + rule.title)}</a>",
        f"{lead}{rule.title} ({rule.notebook})",
    )


def _diff_row(line: str) -> str:
    word, tag, colour = {
        "-": ("- yours", "del", "--jp-error-color1"),
        "+": ("+ answer", "ins", "--jp-success-color1"),
    }.get(line[0], ("", "span", "--jp-border-color2"))
    text = line[1:] if line[0] in "-+ " else line
    heading = f'<th scope="row" style="{_CELL}; font-weight: normal">{word}</th>'
    return (
        f"<tr>{heading if word else '<td></td>'}"
        f'<td style="{_CELL}; white-space: pre; border-left: 3px solid var({colour})">'
        f'<{tag} style="text-decoration: none">{escape(text)}</{tag}></td></tr>'
    )


_DIFF = (
    "border-collapse: collapse; margin: 0.4em 0; font-family: var(--jp-code-font-family);"
    " color: var(--jp-content-font-color1); background: transparent"
)
_CELL = "text-align: left; padding: 0 0.9em"
