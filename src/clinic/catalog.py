"""The course as its notebooks describe it: categories, rules and what was shipped.

There is no other register. A rule is a code cell with ``metadata.clinic.rule`` in a notebook whose
name starts with two digits; the metadata, not the text of the cell, is what makes it one, because
the learner edits the text of the same file.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.cells import Cell, Notebook, headings, read_notebook
from clinic.errors import UsageError

START = "00_start_here.ipynb"
"""The notebook by which a course folder is recognised."""

ANSWER_PLACEHOLDER = "*Double-click here and write your answer.*"
"""What stands in the answer cell of a question until the learner has written something."""

_NOTEBOOK = re.compile(r"\d\d_[A-Za-z0-9_]+\.ipynb")
_NUMBERING = re.compile(r"^[\d.]+[.):]?\s+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, that is one exercise.

    ``minutes`` is what it takes a learner, ``points`` what it earns, ``when`` the symptom that
    sends one here, ``original`` the text of the exercise cell as it was shipped.
    """

    id: str
    title: str
    category: str
    notebook: str
    impact: str
    minutes: int
    points: int
    verified_on: str
    when: str
    original: str


@dataclass(frozen=True, slots=True)
class Question:
    """The question of a category that a learner answers in words and a person scores.

    ``category`` is the stem of the lesson's file name, by which the answer cell names it; ``text``
    is the question as markdown, without the heading and what is said about the length.
    """

    category: str
    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Category:
    """One notebook: title without numbering, file name, rules in order, and its question."""

    title: str
    notebook: str
    rules: tuple[Rule, ...]
    question: Question | None = None

    @property
    def stem(self) -> str:
        """The name of the notebook without its suffix, by which its answer cell names it."""
        return self.notebook.removesuffix(".ipynb")


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder and what its lesson notebooks hold, in order."""

    root: Path
    categories: tuple[Category, ...]

    @property
    def notebooks(self) -> Path:
        """The folder of the lessons."""
        return self.root / "notebooks"

    @property
    def solutions(self) -> Path:
        """The folder of the answers; absent in what learners get."""
        return self.root / "solutions"

    @property
    def checks(self) -> Path:
        """The folder of the hidden checks; absent in what learners get from an instructor."""
        return self.root / "tests" / "checks"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in order."""
        return tuple(rule for category in self.categories for rule in category.rules)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in words, in the order of the lessons that have one."""
        return tuple(each.question for each in self.categories if each.question)

    @property
    def originals(self) -> dict[str, str]:
        """Rule id to the text of its exercise as shipped."""
        return {rule.id: rule.original for rule in self.rules}

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of that id.

        Raises:
            UsageError: there is none; the message names the nearest one.
        """
        known = {rule.id: rule for rule in self.rules}
        found = known.get(str(rule_id))
        if found is None:
            suggestion = _suggestion(str(rule_id), list(known))
            raise UsageError(f"There is no rule {rule_id!r}{suggestion}")
        return found


def find_course(start: Path | None = None) -> Course:
    """Return the course that ``start`` (by default the working directory) lies in.

    Without ``start``, the environment variable ``CLINIC_COURSE`` goes first, and the checkout that
    this package runs from comes last.

    Raises:
        UsageError: there is no course, or one of its notebooks cannot be read.
    """
    named = os.environ.get("CLINIC_COURSE") if start is None else None
    if named:
        return _course_named(Path(named))
    for folder in _candidates(start):
        if (folder / "notebooks" / START).is_file():
            return load_course(folder)
    raise UsageError(
        f"There is no course here: neither {start or Path.cwd()} nor a folder above it has "
        f"notebooks/{START}. Go to the course's folder, or set CLINIC_COURSE to it."
    )


def load_course(root: Path) -> Course:
    """Return the course in ``root``, read from the notebooks in ``root/notebooks``.

    Raises:
        UsageError: a lesson notebook cannot be read.
    """
    return Course(root, tuple(_category(path) for path in lesson_paths(root / "notebooks")))


def lesson_paths(folder: Path) -> list[Path]:
    """Return the notebooks of a folder that belong to the course, in order.

    JupyterLab's ``01_x-Copy1.ipynb`` and a learner's own notebooks do not.
    """
    return sorted(path for path in folder.glob("*.ipynb") if _NOTEBOOK.fullmatch(path.name))


def answer_mark(stem: str) -> str:
    """Return the first line of the cell for the answer: Colab drops metadata, but not this."""
    return f"<!-- answer: {stem} -->"


def _course_named(root: Path) -> Course:
    if not (root / "notebooks" / START).is_file():
        raise UsageError(f"CLINIC_COURSE is {root}, but that folder has no notebooks/{START}.")
    return load_course(root.resolve())


def _candidates(start: Path | None) -> Iterator[Path]:
    here = (start or Path.cwd()).resolve()
    yield here
    yield from here.parents
    if start is None:
        yield Path(__file__).resolve().parents[2]


def _suggestion(rule_id: str, known: list[str]) -> str:
    wanted = rule_id.strip().lower().replace("-", "_")
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f". The rules are {', '.join(known)}."


def _category(path: Path) -> Category:
    notebook = read_notebook(path)
    title = _title(notebook) or _words(path.stem)
    rules = tuple(_rules(notebook, title).values())
    return Category(title, path.name, rules, _question(notebook, path.stem))


def _title(notebook: Notebook) -> str:
    prose = (cell.source for cell in notebook.cells if cell.kind == "markdown")
    titles = (text for source in prose for level, text in headings(source) if level == 1)
    return _plain(next(titles, ""))


def _rules(notebook: Notebook, category: str) -> dict[str, Rule]:
    """Return the rules by id; of copies of a cell, which carry its metadata, the first counts."""
    rules: dict[str, Rule] = {}
    heading = ""
    for cell in notebook.cells:
        if cell.kind == "markdown":
            heading = next((t for n, t in reversed([*headings(cell.source)]) if n == 2), heading)
        rule_id = cell.clinic.get("rule") if cell.kind == "code" else None
        if isinstance(rule_id, str) and rule_id not in rules:
            title = _plain(heading) or _words(rule_id)
            rules[rule_id] = _rule(cell, title, category, notebook.path.name)
    return rules


def _question(notebook: Notebook, stem: str) -> Question | None:
    for cell in notebook.cells:
        if cell.kind == "markdown" and cell.clinic.get("question") == stem:
            return Question(stem, _first_paragraph(cell.source), _whole(cell.clinic, "points"))
    return None


def _first_paragraph(markdown: str) -> str:
    parts = [part.strip() for part in re.split(r"\n\s*\n", markdown)]
    return next((part for part in parts if part and not part.startswith("#")), "")


def _rule(cell: Cell, title: str, category: str, notebook: str) -> Rule:
    own = cell.clinic
    return Rule(
        id=str(own["rule"]),
        title=title,
        category=category,
        notebook=notebook,
        impact=str(own.get("impact", "")),
        minutes=_whole(own, "minutes"),
        points=_whole(own, "points"),
        verified_on=str(own.get("verified_on", "")),
        when=str(own.get("when", "")),
        original=original_of(cell),
    )


def original_of(cell: Cell) -> str:
    """Return the shipped text of an exercise cell; its present text where none is stored."""
    lines = cell.clinic.get("original")
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return "".join(lines)
    return cell.source


def _whole(own: Mapping[str, Any], key: str) -> int:
    value = own.get(key, 0)
    return value if isinstance(value, int) else 0


def _plain(heading: str) -> str:
    return _NUMBERING.sub("", heading).replace("`", "").strip()


def _words(name: str) -> str:
    return _NUMBERING.sub("", name.replace("_", " ")).capitalize()
