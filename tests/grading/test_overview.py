"""The page of the class: counts, the histogram, and what the instructor must look at."""

from __future__ import annotations

import random
import re

import pytest
from graded_class import HOSTILE, graded_class, hostile_student, result, rule_result
from page_reader import Reader

from clinic.catalog import Course
from clinic.grading import overview
from clinic.grading.lateness import Lateness
from clinic.grading.marks import Mark
from clinic.verdict import Outcome


def text(course: Course, marks: list[Mark]) -> str:
    return " ".join(Reader(overview.write(course, marks)).text.split())


def earning(points: float, key: str = "ada", **more: object) -> Mark:
    outcome = Outcome.REPAIRED if points == 10 else Outcome.NOT_YET
    return Mark(result(f"Student {key}", key, [rule_result("echo", outcome, points)], **more))


def test_every_student_is_in_one_bar_of_the_histogram() -> None:
    source = random.Random()
    points = [round(source.uniform(0, 9.99), 2) for _ in range(500)] + [10.0] * 3
    bars = dict(overview.histogram(map(earning, points)))
    assert list(bars)[:2] == ["0 to 9 %", "10 to 19 %"]
    assert sum(bars.values()) == len(points)
    assert bars["100 %"] == 3
    for tenth in range(10):
        expected = sum(tenth <= value < tenth + 1 for value in points)
        assert bars[f"{tenth * 10} to {tenth * 10 + 9} %"] == expected


@pytest.mark.parametrize("tenth", range(11))
def test_a_bar_begins_with_its_first_number(tenth: int) -> None:
    counts = [count for _, count in overview.histogram([earning(float(tenth))])]
    assert counts.index(1) == tenth


def test_exercises_are_counted_by_outcome(course: Course) -> None:
    marks = [
        Mark(result("a", str(i), [rule_result("second_rule", outcome, points)]))
        for i, (outcome, points) in enumerate(
            [
                (Outcome.REPAIRED, 10.0),
                (Outcome.REPAIRED, 10.0),
                (Outcome.NOT_YET, 5.0),
                (Outcome.NOT_YET, 0.0),
                (Outcome.NOT_ATTEMPTED, 0.0),
                (Outcome.COULD_NOT_TELL, 0.0),
            ]
        )
    ]
    assert "def or async def? Async & Concurrency 2 1 1 1 1 4.17 of 10" in text(course, marks)


def test_facts_are_ordered_by_how_many_missed_them(course: Course) -> None:
    facts = [{"x": True, "y": False}, {"x": False, "y": False}, {"x": True, "y": True}]
    marks = [
        Mark(result("a", str(i), [rule_result("second_rule", Outcome.NOT_YET, 0, row)]))
        for i, row in enumerate(facts)
    ]
    untouched = rule_result("second_rule", Outcome.NOT_ATTEMPTED, 0, {"x": False})
    marks.append(Mark(result("a", "9", [untouched])))
    assert overview.missed_facts(course, marks) == [
        ("y", "def or async def?", 2, 3),
        ("x", "def or async def?", 1, 3),
    ]


def test_what_needs_a_look_is_listed_with_its_students(course: Course) -> None:
    untold = rule_result("second_rule", Outcome.COULD_NOT_TELL)
    marks = [
        Mark(result("Ada", "ada", [untold], sandboxed=False)),
        earning(5, "late", late=True),
        Mark(earning(5, "fined").result, (), Lateness(2, 10)),
        earning(5, "twin-1", digest="same"),
        earning(5, "twin-2", digest="same"),
        Mark(result("Idle", "idle", [rule_result("echo", Outcome.NOT_ATTEMPTED)], notes=("No.",))),
    ]
    told = text(course, marks)
    assert "Could not be judged, worth nothing until then: 1 Ada : def or async def?" in told
    assert "Graded without a sandbox: 1 Ada" in told
    assert "Late: 2 Student late : according to the platform; no penalty" in told
    assert "Student fined : 2 days, 10 % taken off" in told
    assert "Nothing changed in any exercise: 1 Idle" in told
    assert "The very same submission: 1 Student twin-1 , Student twin-2" in told
    assert "Notes on what was handed in: 1 Idle : No." in told


def test_a_list_that_is_long_names_some_and_counts_all(course: Course) -> None:
    marks = [earning(5, f"{i:04}", late=True) for i in range(1234)]
    told = text(course, marks)
    assert "Late: 1,234" in told
    assert "and 1,184 more; see gradebook.csv" in told


def test_an_empty_class_has_a_page(course: Course) -> None:
    assert "Nobody has been graded yet." in text(course, [])


def test_ten_thousand_students_take_a_page_of_few_megabytes(course: Course) -> None:
    marks = [Mark(found) for found in graded_class(course, 10_000)]
    page = overview.write(course, marks)
    assert page.count('<a href="feedback/student-') >= 10_000
    assert len(page) < 4_000_000


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_stranger_becomes_markup(course: Course, hostile: str) -> None:
    page, model = (
        overview.write(course, [Mark(hostile_student(course, 1, word))], [word])
        for word in (hostile, "plain")
    )
    assert set(Reader(page).tags) <= set(Reader(model).tags)
    if hostile.strip():
        assert Reader(page).tags == Reader(model).tags
    assert {name for name, _ in Reader(page).attributes} == {
        name for name, _ in Reader(model).attributes
    }
    links = [value for name, value in Reader(page).attributes if name == "href"]
    assert all(re.match(r"#|feedback/hostile-1\.html$", link or "") for link in links)
