"""The learner's calls, in a real IPython shell and in plain Python."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from IPython.utils.capture import RichOutput, capture_output
from tiny_course import SECOND, code, exercise_cell, write_notebook

from clinic import progress_file, study
from clinic.catalog import Course
from clinic.errors import CourseError, UsageError
from clinic.exercise import record_runs
from clinic.study import (
    export_progress,
    import_progress,
    progress,
    reset,
    shown,
    solution,
    which_rule,
)
from clinic.verdict import Outcome, Verdict
from clinic.views import Markdown, message, show

MINE = '# exercise: second_rule\napp = "mine"'


@pytest.fixture(autouse=True)
def _inside(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where a kernel works: in the folder of the notebooks."""
    monkeypatch.delenv("CLINIC_COURSE", raising=False)
    monkeypatch.delenv("CLINIC_DEBUG", raising=False)
    monkeypatch.chdir(course.notebooks)


def attempt(course: Course, source: str, outcome: Outcome = Outcome.NOT_YET) -> None:
    progress_file.record(course, Verdict("second_rule", outcome), source)


def displayed(function: Any, *args: Any, **kwargs: Any) -> list[RichOutput]:
    with capture_output() as captured:
        assert function(*args, **kwargs) is None
    return list(captured.outputs)


def text_of(outputs: list[RichOutput]) -> str:
    return "\n".join(output.data["text/plain"] for output in outputs)


def test_the_answer_is_locked_at_first(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    solution("second_rule")
    assert "opens once your repair passes" in capsys.readouterr().out
    attempt(course, "x = 1")
    attempt(course, "x = 1  # the same")
    solution("second_rule")
    out = capsys.readouterr().out
    assert "after 2 tries that differ (one so far)" in out
    assert "whole" not in out


def test_two_tries_that_differ_open_the_answer(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    attempt(course, "x = 1")
    attempt(course, "x = 2")
    solution("second_rule")
    assert 'app = "whole"' in capsys.readouterr().out


def test_a_pass_opens_the_answer(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    attempt(course, "x = 1", Outcome.REPAIRED)
    solution("second_rule")
    assert 'app = "whole"' in capsys.readouterr().out


def test_the_answer_opens_anyway_with_why_and_alternatives_but_no_other_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    solution("second_rule", anyway=True)
    out = capsys.readouterr().out
    assert "Because it **works**.\n\n### Alternatives\n\nOthers." in out
    assert "Third" not in out
    assert "value = 2" not in out
    solution("third_rule", anyway=True)
    assert "Two is more." in capsys.readouterr().out


def test_in_a_notebook_the_answer_is_markdown_and_a_diff(shell: Any) -> None:
    record_runs(shell)
    shell.run_cell(MINE)
    outputs = displayed(solution, "second_rule", anyway=True)
    assert [sorted(output.data) for output in outputs] == [
        ["text/markdown", "text/plain"],
        ["text/html", "text/plain"],
        ["text/markdown", "text/plain"],
    ]
    assert outputs[0].data["text/markdown"].endswith("```")
    assert "- yours" in outputs[1].data["text/html"]
    assert '-app = "mine"\n+app = "whole"' in outputs[1].data["text/plain"]


def test_after_a_restart_the_diff_is_to_the_saved_notebook(course: Course) -> None:
    path = course.notebooks / "01_async_concurrency.ipynb"
    cell = exercise_cell(SECOND, rule="second_rule")
    write_notebook(path, cell | {"source": MINE}, code(SECOND))
    assert study._latest(course, course.rule("second_rule")) == MINE


def test_without_checks_progress_says_what_it_cannot_count(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    progress()
    assert "instructor" not in capsys.readouterr().out
    shutil.rmtree(course.checks)
    progress()
    assert "Your instructor holds the checks of this course" in capsys.readouterr().out


def test_without_answers_the_instructor_has_them(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(course.solutions)
    solution("second_rule", anyway=True)
    assert "your instructor has them" in capsys.readouterr().out


def test_a_missing_answer_is_a_fault_of_the_course(capsys: pytest.CaptureFixture[str]) -> None:
    solution("first_rule", anyway=True)
    assert "a fault of the course, please report it: solutions/00" in capsys.readouterr().out


def test_code_that_holds_a_fence_stays_in_its_fence() -> None:
    assert study._fenced("a = '```'") == "````python\na = '```'\n````"


class Balance(HTMLParser):
    """Checks that every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_diff_escapes_what_it_shows_and_names_every_change() -> None:
    view = study.diff("a\n<b>&\nc", "a\n<i>\nc")
    assert "<b>" not in view.html
    assert "&lt;b&gt;&amp;" in view.html
    assert view.html.count("- yours") == view.html.count("+ answer") == 1
    parser = Balance()
    parser.feed(view.html)
    assert parser.open == []


def test_a_diff_leaves_out_what_is_far_from_any_change() -> None:
    middle = "".join(f"{number}\n" for number in range(20))
    view = study.diff(f"a\n{middle}b", f"c\n{middle}d")
    assert view.text.splitlines()[1:] == [
        *["-a", "+c", " 0", " 1", " 2", "...", " 17", " 18", " 19", "-b", "+d"]
    ]
    assert ">...<" in view.html


def test_a_diff_of_equal_texts_says_so() -> None:
    assert "the same" in study.diff("a\n", "a").text


def test_an_untouched_cell_is_not_reset(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    reset("second_rule")
    assert "nothing to reset" in capsys.readouterr().out
    assert not (course.notebooks / ".clinic").exists()


def test_reset_keeps_every_text_and_gives_the_original_below(course: Course, shell: Any) -> None:
    saved = '# exercise: second_rule\napp = "saved"\n'
    cell = exercise_cell(SECOND, rule="second_rule")
    path = course.notebooks / "01_async_concurrency.ipynb"
    write_notebook(path, cell | {"source": saved})
    before = path.read_bytes()
    shell.run_cell(MINE, store_history=True)
    text = text_of(displayed(reset, "second_rule"))
    kept = list((course.notebooks / ".clinic" / "saved").iterdir())
    assert {path.read_text() for path in kept} == {MINE, saved}
    assert all(path.name in text for path in kept)
    assert "%load .clinic/saved/second_rule-" in text
    assert shell.rl_next_input == SECOND.rstrip()
    assert path.read_bytes() == before


def test_resetting_twice_keeps_one_copy(course: Course, shell: Any) -> None:
    shell.run_cell(MINE, store_history=True)
    displayed(reset, "second_rule")
    displayed(reset, "second_rule")
    assert len(list((course.notebooks / ".clinic" / "saved").iterdir())) == 1


def test_outside_a_notebook_reset_prints_the_original(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = exercise_cell(SECOND, rule="second_rule")
    write_notebook(course.notebooks / "01_async_concurrency.ipynb", cell | {"source": MINE})
    reset("second_rule")
    assert SECOND in capsys.readouterr().out


def test_reset_says_where_it_could_not_write(course: Course, shell: Any) -> None:
    (course.notebooks / ".clinic").write_text("in the way")
    shell.run_cell(MINE, store_history=True)
    assert "Nothing was changed" in text_of(displayed(reset, "second_rule"))
    assert not hasattr(shell, "rl_next_input")


def test_progress_shows_every_category_and_where_to_continue(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    progress_file.record(course, Verdict("first_rule", Outcome.REPAIRED), "x")
    progress()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[2:4]] == ["Start here", "Async & Concurrency"]
    assert lines[2].split()[-7:] == ["1", "of", "1", "5", "of", "5", "0", "done"][-7:]
    assert " 0 of 2 " in lines[3]
    assert " 0 of 20  35 " in lines[3]
    assert lines[-1] == ("Continue here (15 min): def or async def? (01_async_concurrency.ipynb)")


@pytest.mark.usefixtures("shell")
def test_progress_in_a_notebook_links_to_the_notebooks() -> None:
    (output,) = displayed(progress)
    html = output.data["text/html"]
    look = 'style="text-decoration: underline"'  # what tells a link without its colour
    assert f'<a href="00_start_here.ipynb" {look}>continue here: The sixty-second rep' in html
    assert f'<a href="01_async_concurrency.ipynb" {look}>def or async def?</a>' in html
    assert "Async &amp; Concurrency" in html
    assert '"text/html"' not in output.data["text/plain"]


def test_which_rule_tells_symptom_rule_place_and_what_is_repaired(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    progress_file.record(course, Verdict("first_rule", Outcome.REPAIRED), "x")
    which_rule()
    first, second, _ = capsys.readouterr().out.splitlines()[2:]
    assert first.startswith("you need the first rule   The sixty-second repair (00_start_here.ip")
    assert first.endswith("Start here           repaired")
    assert second.endswith("Async & Concurrency  15")


def test_which_rule_narrows_down_to_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    which_rule("SECOND rule")
    assert capsys.readouterr().out.count("you need") == 1
    which_rule("coffee")
    assert "No symptom and no rule has 'coffee' in it." in capsys.readouterr().out


def test_which_rule_tells_of_a_broken_progress_file(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (course.notebooks / "progress.json").write_text("{")
    which_rule()
    assert "was set aside as progress.corrupt-" in capsys.readouterr().out


@pytest.mark.usefixtures("shell")
def test_which_rule_in_a_notebook_links_to_the_notebooks() -> None:
    (output,) = displayed(which_rule)
    assert '<a href="01_async_concurrency.ipynb"' in output.data["text/html"]


def test_progress_ends_with_praise(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    for rule in course.rules:
        progress_file.record(course, Verdict(rule.id, Outcome.REPAIRED), "x")
    progress()
    assert "Well done!" in capsys.readouterr().out


def test_progress_tells_of_a_broken_file(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (course.notebooks / "progress.json").write_text("{")
    progress()
    assert "was set aside as progress.corrupt-" in capsys.readouterr().out


def test_progress_travels(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attempt(course, "x", Outcome.REPAIRED)
    export_progress(tmp_path / "mine.json")
    assert str(tmp_path / "mine.json") in capsys.readouterr().out
    (course.notebooks / "progress.json").unlink()
    import_progress(str(tmp_path / "mine.json"))
    assert "1 of 2" in capsys.readouterr().out
    import_progress(tmp_path / "none.json")
    assert capsys.readouterr().out.startswith("There is no file")


@pytest.mark.usefixtures("shell")
def test_an_export_can_be_downloaded_from_the_notebook() -> None:
    (output,) = displayed(export_progress)
    assert '<a download="progress-export-' in output.data["text/html"]


def test_a_misspelt_rule_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for call in (solution, reset):
        call("secnd_rule")
        assert capsys.readouterr().out == (
            "There is no rule 'secnd_rule'; did you mean 'second_rule'?\n"
        )


def test_a_wrong_call_says_how_to_call(capsys: pytest.CaptureFixture[str]) -> None:
    solution("second_rule", True)  # type: ignore[call-arg]
    out = capsys.readouterr().out
    assert out.startswith("Call it as solution(rule, anyway=False): too many positional")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UsageError("No."), "No."),
        (CourseError("No."), "This is a fault of the course, please report it: No."),
        (
            ZeroDivisionError("x"),
            "This is a fault of the course, please report it: ZeroDivisionError: x. "
            "With the environment variable CLINIC_DEBUG=1 it tells more.",
        ),
    ],
)
def test_errors_become_sentences(
    error: Exception, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    @shown
    def fails() -> Markdown:
        raise error

    fails()
    assert capsys.readouterr().out == says + "\n"


def test_for_debugging_a_foreign_error_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @shown
    def fails() -> Markdown:
        raise ZeroDivisionError

    monkeypatch.setenv("CLINIC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        fails()


def test_an_interrupt_stops_run_all_with_one_word(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    @shown
    def waits() -> Markdown:
        raise KeyboardInterrupt

    shell.user_ns["waits"] = waits
    result = shell.run_cell("waits()")
    assert isinstance(result.error_in_exec, KeyboardInterrupt)
    assert capsys.readouterr().out.strip() == "Stopped."


def test_a_list_of_views_is_shown_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    show(message("one"), Markdown("*two*"))
    assert capsys.readouterr().out == "one\n*two*\n"
