"""Results on disk: whole or not there, the same when read back, one file per student."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from clinic.errors import MachineError
from clinic.grading.results import (
    ResultStore,
    RuleResult,
    StoredResults,
    StudentResult,
    credit,
    verdict_from_json,
    verdict_to_json,
    write_atomically,
)
from clinic.verdict import Fact, Outcome, Verdict

FACTS = (
    Fact("one", met=True, seen="GET / answered <b>", next_step="read."),
    Fact("two", met=False),
    Fact("more", met=True, extra=True),
)
VERDICT = Verdict("echo", Outcome.NOT_YET, FACTS, 1.25, "because \u2603", "42")


def result(key: str = "ada") -> StudentResult:
    rule = RuleResult(VERDICT, 5.0, 10, tries=2, digest="abc")
    return StudentResult(
        f"Name of {key}", key, "d", (rule,), {"canvas": "7"}, True, ("a note",), {"01": "text"}
    )


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "results")
    assert store.save(result())
    assert store.load("ada") == result()
    assert verdict_from_json(json.loads(json.dumps(verdict_to_json(VERDICT)))) == VERDICT


def test_the_same_result_is_not_written_again(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    odd = replace(result(), notes=("half \ud800 a surrogate",))
    assert [store.save(each) for each in (odd, odd, result("bob"))] == [True, False, True]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "[" * 100_000, '{"rules": 7}'])
def test_a_file_that_makes_no_sense_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    store = ResultStore(tmp_path)
    (tmp_path / "ada.json").write_text(text)
    assert store.load("ada") is None
    assert store.all() == []


@pytest.mark.parametrize("key", ["", "../ada", "a/b", ".hidden", "a\0b"])
def test_a_key_never_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    store = ResultStore(tmp_path / "results")
    with pytest.raises(ValueError, match="cannot be the name of a file"):
        store.save(result(key))
    assert store.load(key) is None


def test_results_are_read_when_they_are_used_and_not_kept(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    for key in ("ada", "bob", "cy"):
        store.save(result(key))
    class_ = StoredResults(store, ("cy", "ada", "bob"))
    assert [each.key for each in class_] == ["cy", "ada", "bob"]
    assert [each.key for each in class_[1:]] == ["ada", "bob"]
    assert len(class_) == 3
    assert class_[0] is not class_[0]
    (tmp_path / "bob.json").unlink()
    with pytest.raises(MachineError, match="grades that student anew"):
        class_[-1]


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_atomically(path, "old\n")
    write_atomically(path, "new\r\n\ud800")
    assert path.read_bytes() == b"new\r\n?"
    assert os.listdir(path.parent) == ["file.txt"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written: "):
        write_atomically(tmp_path / "file" / "inner.txt", "")
    (tmp_path / "folder").mkdir()
    with pytest.raises(MachineError, match="cannot be written: "):
        write_atomically(tmp_path / "folder", "")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


def verdict(*met: bool, outcome: Outcome = Outcome.NOT_YET) -> Verdict:
    facts = tuple(Fact(name, met=yes) for name, yes in zip("abcd", met, strict=True))
    return Verdict("echo", outcome, (*facts, Fact("extra", met=True, extra=True)))


@pytest.mark.parametrize(
    ("met", "at_start", "points"),
    [
        ((True, True, False, False), "", 5.0),
        ((True, True, False, False), "a", 3.33),
        ((True, True, False, False), "ab", 0.0),
        ((False, True, True, False), "a", 3.33),
        ((False, False, True, False), "ab", 0.0),
        ((True, True, True, False), "abcd", 0.0),
    ],
)
def test_only_facts_that_the_shipped_app_did_not_meet_earn_points(
    met: tuple[bool, ...], at_start: str, points: float
) -> None:
    assert credit(verdict(*met), 10, frozenset(at_start)) == points


@pytest.mark.parametrize("outcome", [Outcome.NOT_ATTEMPTED, Outcome.COULD_NOT_TELL])
def test_what_was_not_judged_earns_nothing(outcome: Outcome) -> None:
    assert credit(verdict(True, True, True, True, outcome=outcome), 10, frozenset()) == 0
    repaired = verdict(True, True, True, True, outcome=Outcome.REPAIRED)
    assert credit(repaired, 10, frozenset("abcd")) == 10
