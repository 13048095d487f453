"""What a verdict depends on changes its digest, and nothing else does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_checks import NOTEBOOK, change_check, write_checks

from clinic.catalog import Course, load_course
from clinic.errors import CourseError
from clinic.grading.digests import check_digests, course_digest, digest_of, engine_digest


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return write_checks(tmp_path)


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {rule for rule in before if after[rule] != before[rule]}


def test_an_edit_of_a_check_changes_the_digest_of_its_rule(course: Course) -> None:
    before = check_digests(course)
    change_check(course, "the word comes back", "a word comes back")
    assert changed(before, check_digests(course)) == {"package"}
    assert course_digest(before) != course_digest(check_digests(course))


def test_an_edit_of_the_shipped_text_changes_the_digest_of_its_rule(course: Course) -> None:
    before = check_digests(course)
    path = course.notebooks / NOTEBOOK
    path.write_text(path.read_text().replace('title=\\"noisy\\"', 'title=\\"loud\\"'))
    assert changed(before, check_digests(load_course(course.root))) == {"noisy"}


def test_metadata_and_other_cells_change_no_digest(course: Course) -> None:
    before = check_digests(course)
    path = course.checks / NOTEBOOK
    document = json.loads(path.read_text())
    remark = {"cell_type": "markdown", "metadata": {}, "source": "# a remark"}
    document["cells"] = [remark, *reversed(document["cells"])]
    path.write_text(json.dumps(document))
    assert check_digests(course) == before


def test_a_rule_without_a_check_is_named(course: Course) -> None:
    change_check(course, "# check: noisy", "# something else")
    with pytest.raises(CourseError, match="no check for noisy"):
        check_digests(course)


def test_another_process_finds_the_same_digests(course: Course) -> None:
    code = (
        "from clinic.catalog import load_course; from clinic.grading.digests import *; "
        "from pathlib import Path; import sys; "
        "print(course_digest(check_digests(load_course(Path(sys.argv[1])))))"
    )
    told = subprocess.check_output([sys.executable, "-c", code, str(course.root)], text=True)
    assert told.strip() == course_digest(check_digests(course))


def test_digests_tell_values_apart_that_look_alike() -> None:
    values = [("ab", "c"), ("a", "bc"), ("abc",), (["ab", "c"],), ("\ud800",), ("?",)]
    assert len({digest_of(*value) for value in values}) == len(values)
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert len(engine_digest()) == 64
