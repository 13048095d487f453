"""The catalogue: read from notebooks, robust against what learners do to them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_course import FIRST, SECOND, code, exercise_cell, markdown, write_notebook

from clinic.catalog import Course, Question, answer_mark, find_course, load_course
from clinic.errors import UsageError


def test_rules_come_in_order_with_everything_that_their_cells_say(course: Course) -> None:
    assert [rule.id for rule in course.rules] == ["first_rule", "second_rule", "third_rule"]
    rule = course.rule("second_rule")
    assert rule.title == "def or async def?"
    assert rule.category == "Async & Concurrency"
    assert rule.notebook == "01_async_concurrency.ipynb"
    assert (rule.impact, rule.minutes, rule.points) == ("high", 15, 10)
    assert rule.verified_on == "0.165.0"
    assert rule.when == "you need the second rule"
    assert rule.original == SECOND


def test_a_category_is_a_notebook(course: Course) -> None:
    assert [(c.title, c.notebook, len(c.rules)) for c in course.categories] == [
        ("Start here", "00_start_here.ipynb", 1),
        ("Async & Concurrency", "01_async_concurrency.ipynb", 2),
    ]


def test_a_category_may_ask_a_question_in_words(course: Course) -> None:
    assert course.questions == ()
    path = course.notebooks / "02_more.ipynb"
    own = {"clinic": {"question": "02_more", "points": 5}}
    cell = markdown("## In words\n\nWhy does\nit wait?\n\nThree sentences.", "question")
    foreign = cell | {"metadata": {"clinic": {"question": "01_other", "points": 3}}}
    write_notebook(path, markdown("# More", "t"), foreign, cell | {"metadata": own})
    found = load_course(course.root)
    asked = Question("02_more", "Why does\nit wait?", 5)
    assert found.questions == (asked,)
    assert found.categories[2].question == asked
    assert found.categories[2].stem == "02_more"


@pytest.mark.parametrize(
    ("metadata", "source", "expected"),
    [
        ({"question": "02_more"}, "Why?", Question("02_more", "Why?", 0)),
        ({"question": "02_more", "points": "5"}, "", Question("02_more", "", 0)),
        ({"question": ["02_more"], "points": 5}, "Why?", None),
        ({"points": 5}, "Why?", None),
        ("question", "Why?", None),
    ],
)
def test_metadata_of_any_kind_is_borne(
    course: Course, metadata: object, source: str, expected: Question | None
) -> None:
    cell = markdown(source, "question") | {"metadata": {"clinic": metadata}}
    write_notebook(course.notebooks / "02_more.ipynb", markdown("# More", "t"), cell)
    assert load_course(course.root).categories[2].question == expected


def test_the_mark_of_an_answer_is_a_comment_that_nobody_sees() -> None:
    assert answer_mark("02_more") == "<!-- answer: 02_more -->"


def test_folders_lie_where_the_layout_says(course: Course) -> None:
    assert course.notebooks == course.root / "notebooks"
    assert course.solutions == course.root / "solutions"
    assert course.checks == course.root / "tests" / "checks"


@pytest.mark.parametrize("wrong", ["first-rule", "First_Rule", "frist_rule", "first_rul", "first"])
def test_a_misspelt_rule_gets_the_nearest_one_suggested(course: Course, wrong: str) -> None:
    with pytest.raises(UsageError, match="did you mean 'first_rule'"):
        course.rule(wrong)


def test_an_unknown_rule_gets_the_list(course: Course) -> None:
    with pytest.raises(UsageError, match="The rules are first_rule, second_rule, third_rule"):
        course.rule("zzz")


def test_what_the_learner_types_changes_nothing(course: Course) -> None:
    path = course.notebooks / "00_start_here.ipynb"
    cell = exercise_cell(FIRST, rule="first_rule")
    write_notebook(path, cell | {"source": "all is new"}, code("# exercise: phantom\n"), cell)
    rules = load_course(course.root).categories[0].rules
    assert [(rule.id, rule.original) for rule in rules] == [("first_rule", FIRST)]


def test_copies_and_foreign_notebooks_do_not_belong_to_the_course(course: Course) -> None:
    lesson = course.notebooks / "00_start_here.ipynb"
    for name in ("00_start_here-Copy1.ipynb", "Untitled.ipynb", "1_x.ipynb", "00 x.ipynb"):
        shutil.copy(lesson, course.notebooks / name)
    assert load_course(course.root) == course


def test_without_headings_and_numbers_there_are_still_names(tmp_path: Path) -> None:
    cell = code("x = 1", clinic={"rule": "some_rule", "minutes": "ten", "original": "no list"})
    write_notebook(tmp_path / "notebooks" / "02_error_handling.ipynb", cell)
    (rule,) = load_course(tmp_path).rules
    assert (rule.title, rule.category) == ("Some rule", "Error handling")
    assert (rule.minutes, rule.points, rule.original) == (0, 0, "x = 1")


def test_a_title_loses_its_numbering_only(tmp_path: Path) -> None:
    write_notebook(
        tmp_path / "notebooks" / "02_x.ipynb",
        markdown("# 2) 404 is an answer"),
        markdown("## 2.10. 3 ways out"),
        exercise_cell("x", rule="r"),
    )
    (rule,) = load_course(tmp_path).rules
    assert (rule.category, rule.title) == ("404 is an answer", "3 ways out")


def test_a_broken_lesson_is_named(course: Course) -> None:
    (course.notebooks / "01_async_concurrency.ipynb").write_text("<<<<<<< HEAD")
    with pytest.raises(UsageError, match=r"01_async_concurrency\.ipynb is not a notebook"):
        load_course(course.root)


@pytest.mark.parametrize("folder", [".", "notebooks", "tests/checks"])
def test_the_course_is_found_from_inside(
    course: Course, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLINIC_COURSE", raising=False)
    assert find_course(course.root / folder) == course
    monkeypatch.chdir(course.root / folder)
    assert find_course() == course


def test_the_environment_names_the_course(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLINIC_COURSE", str(course.root))
    assert find_course() == course
    monkeypatch.setenv("CLINIC_COURSE", str(tmp_path))
    with pytest.raises(UsageError, match="CLINIC_COURSE is"):
        find_course()


def test_no_course_gives_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no course here"):
        find_course(tmp_path)
