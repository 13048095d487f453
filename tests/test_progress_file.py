"""Progress: what is recorded, and that nothing that happens to the file loses a pass."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clinic import progress_file
from clinic.catalog import Course
from clinic.errors import MachineError, UsageError
from clinic.verdict import Fact, Outcome, Verdict

FACTS = (Fact("one", True), Fact("two", False), Fact("more", True, extra=True))


def verdict(outcome: Outcome, rule: str = "first_rule") -> Verdict:
    return Verdict(rule, outcome, FACTS)


def file_of(course: Course) -> Path:
    return course.notebooks / progress_file.FILE


def test_nothing_is_recorded_before_the_first_attempt(course: Course) -> None:
    assert progress_file.load(course) == progress_file.Progress()
    assert progress_file.record(course, verdict(Outcome.NOT_ATTEMPTED), "x") == ""
    assert not file_of(course).exists()


def test_an_attempt_is_kept_with_its_end_and_facts(course: Course) -> None:
    assert progress_file.record(course, verdict(Outcome.NOT_YET), "x = 1") == ""
    loaded = progress_file.load(course)
    (attempt,) = loaded.of("first_rule")
    assert (attempt.outcome, attempt.met, attempt.facts) == (Outcome.NOT_YET, 1, 2)
    assert len(attempt.sha256) == 64
    assert attempt.time.endswith("+00:00")
    assert not loaded.repaired("first_rule")
    assert loaded.of("second_rule") == ()


def test_a_later_failure_takes_no_pass_away(course: Course) -> None:
    progress_file.record(course, verdict(Outcome.REPAIRED), "x = 1")
    progress_file.record(course, verdict(Outcome.NOT_YET), "x = 2")
    assert progress_file.load(course).repaired("first_rule")


def test_only_texts_that_differ_count_as_tries(course: Course) -> None:
    for source in ("x = 1", "x = 1", "x = 1  # again", "x = 2", "x = 1"):
        progress_file.record(course, verdict(Outcome.NOT_YET), source)
    loaded = progress_file.load(course)
    assert loaded.tries("first_rule") == 2
    assert len(loaded.of("first_rule")) == 3


def test_a_check_that_could_not_tell_is_no_try(course: Course) -> None:
    progress_file.record(course, verdict(Outcome.COULD_NOT_TELL), "app = 1")
    assert progress_file.load(course).tries("first_rule") == 0


def test_the_same_text_again_writes_nothing(course: Course) -> None:
    progress_file.record(course, verdict(Outcome.REPAIRED), "x = 1")
    before = file_of(course).stat().st_ino
    progress_file.record(course, verdict(Outcome.REPAIRED), "x = 1")
    assert file_of(course).stat().st_ino == before


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\x00", b"[]", b'{"rules": []}', b"[" * 100_000, b'{"version": 1}'],
)
def test_a_broken_file_is_set_aside_and_told_once(course: Course, content: bytes) -> None:
    file_of(course).write_bytes(content)
    notice = progress_file.record(course, verdict(Outcome.REPAIRED), "x = 1")
    (aside,) = course.notebooks.glob("progress.corrupt-*.json")
    assert aside.read_bytes() == content
    assert aside.name in notice
    loaded = progress_file.load(course)
    assert loaded.repaired("first_rule")
    assert loaded.notice == ""


def test_a_broken_file_is_set_aside_by_reading_too(course: Course) -> None:
    file_of(course).write_bytes(b"{")
    assert "set aside" in progress_file.load(course).notice
    assert progress_file.load(course).notice == ""


def test_what_is_not_understood_is_kept(course: Course) -> None:
    row = {"time": "t", "outcome": "half_repaired", "sha256": "s"}
    odd = {
        "version": 1,
        "theme": "dark",
        "rules": {"old_rule": {"note": 1}, "first_rule": {"attempts": [row, 5]}, "second_rule": 7},
    }
    file_of(course).write_text(json.dumps(odd))
    assert progress_file.record(course, verdict(Outcome.REPAIRED), "x") == ""
    kept = json.loads(file_of(course).read_text())
    assert kept["theme"] == "dark"
    assert kept["rules"]["old_rule"] == {"note": 1}
    assert kept["rules"]["first_rule"]["attempts"][:2] == [row, 5]
    assert [a.outcome for a in progress_file.load(course).of("first_rule")] == [Outcome.REPAIRED]


def test_an_odd_entry_is_mended_when_its_rule_is_attempted(course: Course) -> None:
    file_of(course).write_text('{"version": 1, "rules": {"first_rule": 7}}')
    progress_file.record(course, verdict(Outcome.REPAIRED), "x")
    assert progress_file.load(course).repaired("first_rule")


def test_a_file_of_another_version_is_left_alone(course: Course) -> None:
    content = '{"version": 2, "rules": {}}'
    file_of(course).write_text(content)
    assert "another version" in progress_file.record(course, verdict(Outcome.REPAIRED), "x")
    assert "another version" in progress_file.load(course).notice
    assert file_of(course).read_text() == content


def test_a_folder_that_cannot_be_written_is_told_and_nothing_fails(course: Course) -> None:
    (course.notebooks / ".clinic").write_text("in the way")
    notice = progress_file.record(course, verdict(Outcome.REPAIRED), "x")
    assert notice.startswith("Your progress could not be kept")
    assert progress_file.load(course) == progress_file.Progress()


def test_a_folder_in_the_place_of_the_file_is_told(course: Course) -> None:
    file_of(course).mkdir()
    assert "is not a file" in progress_file.record(course, verdict(Outcome.REPAIRED), "x")
    assert "is not a file" in progress_file.load(course).notice


WRITER = """
import sys
from pathlib import Path
from clinic import progress_file
from clinic.catalog import load_course
from clinic.verdict import Outcome, Verdict

course = load_course(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    verdict = Verdict("first_rule", Outcome.NOT_YET)
    notice = progress_file.record(course, verdict, f"{sys.argv[2]} = {number}")
    assert not notice, notice
    print(number, flush=True)
"""


def writer(course: Course, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(course.root), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_kernels_that_write_at_once_lose_nothing(course: Course) -> None:
    writers = [writer(course, name, 25) for name in "abc"]
    for process in writers:
        process.communicate()
        assert process.returncode == 0
    assert progress_file.load(course).tries("first_rule") == 75


def test_a_kernel_killed_while_it_writes_loses_only_its_last(course: Course) -> None:
    with writer(course, "a", 100_000) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
    assert lines[-1] == "19\n"
    loaded = progress_file.load(course)
    assert loaded.notice == ""
    assert loaded.tries("first_rule") >= 20
    assert progress_file.record(course, verdict(Outcome.REPAIRED), "x = 'after'") == ""


def test_an_export_carries_everything_to_another_place(course: Course, tmp_path: Path) -> None:
    progress_file.record(course, verdict(Outcome.REPAIRED), "x = 1")
    exported = progress_file.export(course, tmp_path / "out.json")
    file_of(course).unlink()
    progress_file.record(course, verdict(Outcome.NOT_YET, "second_rule"), "y = 1")
    merged = progress_file.merge(course, exported)
    assert merged == progress_file.load(course)
    assert merged.repaired("first_rule")
    assert merged.tries("second_rule") == 1


def test_merging_twice_adds_nothing_and_loses_nothing(course: Course, tmp_path: Path) -> None:
    progress_file.record(course, verdict(Outcome.NOT_YET), "x = 1")
    exported = progress_file.export(course, tmp_path)
    progress_file.record(course, verdict(Outcome.REPAIRED), "x = 2")
    once = progress_file.merge(course, exported)
    assert progress_file.merge(course, exported) == once
    assert once.repaired("first_rule")
    assert len(once.of("first_rule")) == 2


def test_an_export_goes_beside_the_notebooks_by_default(course: Course) -> None:
    assert progress_file.export(course).parent == course.notebooks


def test_an_export_overwrites_nothing(course: Course, tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        progress_file.export(course, target)
    with pytest.raises(UsageError, match="cannot be written"):
        progress_file.export(course, tmp_path / "none" / "out.json")


@pytest.mark.parametrize("content", [b"{}", b"no", b'{"cells": [], "nbformat": 4}'])
def test_what_is_no_export_is_refused_and_changes_nothing(
    course: Course, tmp_path: Path, content: bytes
) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(content)
    with pytest.raises(UsageError, match="not an exported progress file"):
        progress_file.merge(course, other)
    with pytest.raises(UsageError, match="There is no file"):
        progress_file.merge(course, tmp_path / "none.json")
    assert not file_of(course).exists()


def test_an_import_that_cannot_be_kept_fails(course: Course, tmp_path: Path) -> None:
    exported = progress_file.export(course, tmp_path)
    (course.notebooks / ".clinic").write_text("in the way")
    with pytest.raises(MachineError, match="could not be kept"):
        progress_file.merge(course, exported)


def test_an_export_of_a_broken_file_says_so(course: Course, tmp_path: Path) -> None:
    file_of(course).write_bytes(b"{")
    with pytest.raises(UsageError, match="set aside"):
        progress_file.export(course, tmp_path / "out.json")
