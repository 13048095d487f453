"""The course holds together: every rule has all its parts, in one form, true as installed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import matrix
import pytest

from clinic.catalog import ANSWER_PLACEHOLDER, START, Rule, answer_mark, lesson_paths
from clinic.cells import Cell, Notebook, read_notebook
from clinic.exercise import rule_of, rule_of_check, sources_in
from clinic.nbval_run import core_facts
from clinic.tidy import tidy_course

COURSE = matrix.course()
RULES = COURSE.rules
NOTEBOOKS = [
    path
    for folder in (COURSE.notebooks, COURSE.solutions, COURSE.checks)
    for path in lesson_paths(folder)
]
ANATOMY = ("claim", "problem", "", "watch", "done", "verify", "hints", "measured", "solution")
"""The roles of a section's cells, in order; the exercise cell has the rule's bare id."""

CAPSTONE = matrix.CAPSTONE
"""It alone may be longer than a section, for it teaches nothing new.

It asks to find again, in code as long as real code is, what the sections have taught one by one.
"""

BULLET = re.compile(r"^- (.+)$", re.MULTILINE)
TABLE_ROW = re.compile(r"^\|.*$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def section(rule: Rule) -> dict[str, Cell]:
    """Return the cells of a rule's section by role."""
    cells = read_notebook(COURSE.notebooks / rule.notebook).cells
    prefix = f"{rule.id}-"
    roles = {c.id.removeprefix(prefix): c for c in cells if c.id.startswith(prefix)}
    return roles | {"": next(c for c in cells if c.id == rule.id)}


def code_lines(source: str) -> list[str]:
    """Return the lines that are neither blank nor only a comment."""
    lines = [line.strip() for line in source.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def check_cell(rule: Rule) -> Cell:
    cells = read_notebook(COURSE.checks / rule.notebook).cells
    return next(cell for cell in cells if rule_of_check(cell.source) == rule.id)


def each_rule() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def each_notebook() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: f"{p.parent.name}/{p.stem}")


def test_the_three_folders_hold_the_same_notebooks() -> None:
    names = [path.name for path in lesson_paths(COURSE.notebooks) if sections_in(path)]
    assert names == [path.name for path in lesson_paths(COURSE.solutions)]
    assert names == [path.name for path in lesson_paths(COURSE.checks)]


def sections_in(path: Path) -> list[str]:
    return list(sources_in(read_notebook(path)))


def test_rule_ids_are_unique() -> None:
    ids = [str(rule_of(c.source)) for p in lesson_paths(COURSE.notebooks) for c in exercises(p)]
    assert sorted(set(ids)) == sorted(ids) == sorted(rule.id for rule in RULES)


def exercises(path: Path) -> Iterator[Cell]:
    for cell in read_notebook(path).cells:
        if cell.kind == "code" and rule_of(cell.source):
            yield cell


@each_rule()
def test_a_rule_has_an_answer_and_a_check(rule: Rule) -> None:
    assert rule.id in sections_in(COURSE.solutions / rule.notebook)
    assert check_cell(rule).id == rule.id
    few, many = (12, 18) if rule.id == CAPSTONE else (3, 6)
    assert few <= len(core_facts(COURSE, rule.id)) <= many


@each_rule()
def test_a_rule_is_described(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", rule.id)
    assert rule.impact in {"critical", "high", "medium-high", "medium", "low"}
    assert 1 <= rule.minutes <= (120 if rule.id == CAPSTONE else 30)
    assert rule.verified_on == version("fastapi")
    assert 5 <= len(rule.when.split()) <= 18
    assert not rule.when.endswith((".", ","))


@each_rule()
def test_a_section_has_its_parts_in_order(rule: Rule) -> None:
    cells = read_notebook(COURSE.notebooks / rule.notebook).cells
    ids = [cell.id for cell in cells]
    wanted = [f"{rule.id}-{role}".removesuffix("-") for role in ANATOMY]
    assert [cell_id for cell_id in ids if cell_id in wanted] == wanted


@each_rule()
def test_an_exercise_is_short_and_named(rule: Rule) -> None:
    source = section(rule)[""].source
    assert source.startswith(f"# exercise: {rule.id}\n")
    assert f'FastAPI(title="{rule.id}"' in source
    if rule.id == CAPSTONE:
        assert 120 <= len(code_lines(source)) <= 180
        return
    files = package_files(source)
    # A package cannot have 30 lines: each file repeats its imports. It is read file by file.
    assert 8 <= len(code_lines(source)) <= (66 if files else 30)
    assert all(len(code_lines(text)) <= 18 for text in files)
    assert len(files) <= 5


def package_files(source: str) -> list[str]:
    """Return the texts of the files which a cell that calls ``package()`` writes; else none."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [text for text in texts if "\n" in text] if "package" in calls else []


@each_rule()
def test_the_prose_is_short(rule: Rule) -> None:
    parts = section(rule)
    problem = parts["problem"].source
    if rule.id == CAPSTONE:
        problem = TABLE_ROW.sub("", problem)  # its list of symptoms is a table
    assert len(problem.split()) <= 125  # the heading has three words
    assert 1 <= len(code_lines(parts["watch"].source)) <= 6
    assert parts["hints"].source.count("<details>") == 3
    assert "https://" in parts["hints"].source


@each_rule()
def test_done_means_what_the_check_looks_at(rule: Rule) -> None:
    told = BULLET.findall(section(rule)["done"].source)
    stored = [line for output in check_cell(rule).outputs for line in stream_lines(output)]
    core = [line.removesuffix(": yes") for line in stored if line.endswith(": yes")]
    extra = [line.removesuffix(" (extra)") for line in stored if line.endswith(" (extra)")]
    assert told == core + extra
    assert len(core) + len(extra) == len(stored)


def stream_lines(output: object) -> list[str]:
    assert isinstance(output, dict)
    text = output["text"]
    return (text if isinstance(text, str) else "".join(text)).splitlines()


@each_rule()
def test_the_cells_of_a_section_name_their_rule(rule: Rule) -> None:
    parts = section(rule)
    assert parts["verify"].source == f'verify("{rule.id}")'
    assert parts["solution"].source == f'solution("{rule.id}")'


@each_rule()
def test_every_assertion_of_a_check_says_what_a_client_saw(rule: Rule) -> None:
    assertions = [
        n for n in ast.walk(ast.parse(check_cell(rule).source)) if isinstance(n, ast.Assert)
    ]
    assert assertions
    assert [ast.unparse(n) for n in assertions if n.msg is None] == []


@each_rule()
def test_every_core_fact_has_a_next_step(rule: Rule) -> None:
    calls = [n for n in ast.walk(ast.parse(check_cell(rule).source)) if isinstance(n, ast.Call)]
    facts = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "fact"]
    without = [n for n in facts if not {"next_step", "extra"} & {k.arg for k in n.keywords}]
    assert facts
    assert [ast.unparse(n) for n in without] == []


@each_notebook()
def test_cell_ids_are_unique(path: Path) -> None:
    ids = [cell.id for cell in read_notebook(path).cells]
    assert sorted(set(ids)) == sorted(ids)


def test_notebooks_are_tidy() -> None:
    tidied = tidy_course(COURSE)
    assert [item.path.name for item in tidied if item.changes] == []
    assert [item.edited for item in tidied if item.edited] == []


@pytest.mark.parametrize(
    "path", [*NOTEBOOKS, matrix.ROOT / "README.md"], ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_links_inside_the_repository_resolve(path: Path) -> None:
    text = prose(read_notebook(path)) if path.suffix == ".ipynb" else path.read_text("utf-8")
    broken = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    assert broken == []


def prose(notebook: Notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.kind == "markdown")


@pytest.mark.parametrize("path", lesson_paths(COURSE.notebooks)[1:], ids=lambda p: p.stem)
def test_a_category_opens_and_closes_as_all_do(path: Path) -> None:
    cells = read_notebook(path).cells
    for word in ("After this notebook you can", "Before you start", "Time", "Verified on"):
        assert f"**{word}**" in cells[0].source
    assert f"FastAPI {version('fastapi')}" in cells[0].source
    end = ["question", "answer", "quiz", "progress", "links"]
    assert [cell.id for cell in cells[-5:]] == end
    assert cells[-3].source.count("<details>") == 3
    assert len(code_lines(cells[1].source)) <= 3


@pytest.mark.parametrize("path", lesson_paths(COURSE.notebooks), ids=lambda p: p.stem)
def test_every_category_asks_one_question_in_words(path: Path) -> None:
    asked = [cell for cell in read_notebook(path).cells if "question" in cell.clinic]
    if path.name == START:
        assert asked == []
        return
    (cell,) = asked
    assert (cell.kind, cell.id) == ("markdown", "question")
    assert dict(cell.clinic) == {"question": path.stem, "points": 5}
    assert cell.source.count("?") == 1
    assert re.search(r"\bwhy\b", cell.source, re.IGNORECASE)
    assert len(cell.source.split()) < 60
    assert "read by a person" in " ".join(cell.source.split())


@pytest.mark.parametrize("path", lesson_paths(COURSE.notebooks)[1:], ids=lambda p: p.stem)
def test_the_answer_to_the_question_is_empty_and_names_its_lesson(path: Path) -> None:
    cells = read_notebook(path).cells
    marked = [cell for cell in cells if "<!-- answer:" in cell.source]
    (cell,) = marked
    assert cell.source == f"{answer_mark(path.stem)}\n\n{ANSWER_PLACEHOLDER}"
    assert (cell.kind, cell.id, dict(cell.metadata)) == ("markdown", "answer", {})
    assert cells.index(cell) == [each.id for each in cells].index("question") + 1


@pytest.mark.parametrize("path", lesson_paths(COURSE.solutions), ids=lambda p: p.stem)
def test_a_question_has_a_rubric_outside_of_every_answer(path: Path) -> None:
    """`solution()` shows what stands below an answer, so the rubric stands above the first."""
    cells = read_notebook(path).cells
    rubrics = [cell for cell in cells if cell.id == "question"]
    assert len(rubrics) == (path.stem in {question.category for question in COURSE.questions})
    for cell in rubrics:
        assert 2 <= len(BULLET.findall(cell.source)) <= 4
        assert cells.index(cell) < next(i for i, c in enumerate(cells) if rule_of(c.source))


def test_each_lesson_links_on_to_the_next_one() -> None:
    lessons = lesson_paths(COURSE.notebooks)
    for lesson, following in pairwise(lessons):
        end = read_notebook(lesson).cells[-1].source
        assert f"]({following.name})" in end, f"{lesson.name} does not lead on at its end"


def test_the_start_page_tells_which_rule_helps_when() -> None:
    start = read_notebook(COURSE.notebooks / START)
    assert any(code_lines(cell.source)[-1:] == ["which_rule()"] for cell in start.cells)
    symptoms = [rule.when for rule in RULES]
    assert len(set(symptoms)) == len(symptoms)


def test_sources_hold_no_answers() -> None:
    answers = {
        a for p in lesson_paths(COURSE.solutions) for a in sources_in(read_notebook(p)).values()
    }
    code = "\n".join(p.read_text("utf-8") for p in (matrix.ROOT / "src").rglob("*.py"))
    assert answers
    assert not any(answer in code for answer in answers)
