"""The pages of a graded class in a real browser: from the file, offline, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from graded_class import HOSTILE, graded_class, hostile_student
from playwright.sync_api import Browser, Dialog, Page
from tiny_course import write_asking_course

from clinic.catalog import Course, load_course
from clinic.grading import gradebook, overview
from clinic.grading.lateness import Lateness
from clinic.grading.marks import Mark
from clinic.grading.texts import line


@dataclass(slots=True)
class Watched:
    """A page, and everything that it did beyond showing itself."""

    page: Page
    done: list[str] = field(default_factory=list)

    def open(self, path: Path) -> Page:
        """Open the file, and note what else it asks for, says or runs."""
        own = path.as_uri()
        self.page.on("console", lambda said: self.note("console", said.text))
        self.page.on("pageerror", lambda error: self.note("error", str(error)))
        self.page.on("dialog", lambda dialog: self.dismiss(dialog))
        self.page.on(
            "request", lambda asked: None if asked.url == own else self.note("request", asked.url)
        )
        self.page.goto(own)
        return self.page

    def note(self, kind: str, told: str) -> None:
        """Keep what happened."""
        self.done.append(f"{kind}: {told}")

    def dismiss(self, dialog: Dialog) -> None:
        """Keep that there was a dialog, and close it, because the page waits for that."""
        self.note("dialog", dialog.message)
        dialog.dismiss()


@contextmanager
def watching(chromium: Browser, scheme: str = "light", width: int = 1200) -> Iterator[Watched]:
    """Return a page of a browser without a network."""
    context = chromium.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
        offline=True,
    )
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return the tiny course with a question of 5 points."""
    write_asking_course(tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture
def out(tmp_path: Path, course: Course) -> Path:
    """Return a graded class of 40."""
    results = graded_class(course, 40, seed=3)
    gradebook.write(tmp_path / "out", course, results, {results[1].key: Lateness(2, 10)})
    return tmp_path / "out"


@pytest.fixture
def hostile_out(tmp_path: Path, course: Course) -> Path:
    """Return a graded class in which all text is hostile."""
    results = [hostile_student(course, i, text) for i, text in enumerate(HOSTILE)]
    gradebook.write(tmp_path / "hostile", course, results)
    return tmp_path / "hostile"


def names(page: Page) -> list[str]:
    return page.locator("#students ~ .wide tbody tr th").all_inner_texts()


def totals(page: Page) -> list[float]:
    cells = page.locator("#students ~ .wide tbody tr td:nth-child(2)").all_inner_texts()
    return [float(cell.split(" of ")[0]) for cell in cells]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_pages_open_from_the_file_and_nothing_is_wrong_with_them(
    chromium: Browser, out: Path, scheme: str, width: int
) -> None:
    for path in (out / "index.html", *sorted((out / "feedback").glob("*.html"))[:3]):
        with watching(chromium, scheme, width) as watched:
            page = watched.open(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert watched.done == []


def test_dark_is_dark_and_light_is_light(chromium: Browser, out: Path) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        with watching(chromium, scheme) as watched:
            page = watched.open(out / "index.html")
            colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
            brightness[scheme] = sum(map(int, re.findall(r"\d+", colour)[:3]))
    assert brightness["dark"] < 150 < 600 < brightness["light"]


def test_hostile_text_is_text(chromium: Browser, hostile_out: Path) -> None:
    for number, text in enumerate(HOSTILE):
        with watching(chromium) as watched:
            page = watched.open(hostile_out / "feedback" / f"hostile-{number}.html")
            shown = " ".join(line(text, 120).split()) or "(no name)"
            assert shown in page.locator("h1").inner_text()
            assert page.evaluate("window.ran") is None
            assert page.locator("img, iframe, script, link, base, form, meta[http-equiv=refresh]")\
                .count() == 0  # fmt: skip
            assert watched.done == []


def test_hostile_text_is_text_on_the_page_of_the_class(
    chromium: Browser, hostile_out: Path
) -> None:
    with watching(chromium) as watched:
        page = watched.open(hostile_out / "index.html")
        expected = sorted(line(text, 120) or "(no name)" for text in HOSTILE)
        assert sorted(name.strip() for name in names(page)) == expected
        assert page.evaluate("window.ran") is None
        assert page.locator("script").count() == 1
        page.locator("#students ~ .wide th button").first.press("Enter")
        assert len(names(page)) == len(HOSTILE)
        assert watched.done == []


@pytest.mark.parametrize("hostile", [text for text in HOSTILE[:7] if "refresh" not in text])
def test_what_a_missed_escape_let_in_could_do_nothing(
    chromium: Browser, out: Path, hostile: str
) -> None:
    path = out / "index.html"
    path.write_text(path.read_text("utf-8").replace("<h1>", f"{hostile}<h1>"), "utf-8")
    with watching(chromium) as watched:
        page = watched.open(path)
        for link in page.locator("a[href^=javascript]").all():
            link.click()
        assert page.evaluate("window.ran") is None
        assert not [event for event in watched.done if event.startswith(("dialog", "error"))]


def test_tables_sort_by_keyboard_up_and_down(chromium: Browser, out: Path) -> None:
    with watching(chromium) as watched:
        page = watched.open(out / "index.html")
        students = names(page)
        button = page.locator("#students ~ .wide th button", has_text="total")
        button.focus()
        page.keyboard.press("Enter")
        assert totals(page) == sorted(totals(page))
        assert button.locator("..").get_attribute("aria-sort") == "ascending"
        page.keyboard.press("Space")
        assert totals(page) == sorted(totals(page), reverse=True)
        assert totals(page)[0] > totals(page)[-1]
        assert button.locator("..").get_attribute("aria-sort") == "descending"
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        assert page.locator("#students ~ .wide [aria-sort]").all_inner_texts() == ["student"]
        assert sorted(names(page)) == sorted(students)
        assert watched.done == []


def test_the_histogram_draws_its_numbers(chromium: Browser, out: Path, course: Course) -> None:
    results = graded_class(course, 40, seed=3)
    marks = [Mark(r, (), Lateness(2, 10) if r is results[1] else None) for r in results]
    # The sheet of answers adds five points to what is possible, and nobody has scored them.
    with watching(chromium) as watched:
        page = watched.open(out / "index.html")
        shown = [int(text) for text in page.locator(".plot text").all_text_contents()]
        expected = [0] * 11
        for mark in marks:
            expected[min(int(mark.total / (mark.possible + 5) * 10 + 1e-9), 10)] += 1
        assert shown == expected
        widths = [box.bounding_box() for box in page.locator(".plot rect").all()]
        longest = max(box["width"] for box in widths if box)
        for box, count in zip(widths, shown, strict=True):
            width = box["width"] if box else 0.0
            assert width == pytest.approx(longest * count / max(shown), abs=1)
        told = page.locator(".histogram svg[role=img]").get_attribute("aria-label") or ""
        labels = [label for label, _ in overview.histogram(marks)]
        for label, count in zip(labels, shown, strict=True):
            assert f"{label}: {count} student{'' if count == 1 else 's'}" in told


def test_each_student_leads_to_the_feedback(chromium: Browser, out: Path) -> None:
    with watching(chromium) as watched:
        page = watched.open(out / "index.html")
        page.locator("#students ~ .wide a", has_text="Ada Lovelace").click()
        assert page.locator("h1").inner_text() == "Feedback for Ada Lovelace"
        content = page.content()
        assert "Grace Hopper" not in content
        assert "Student 000" not in content
