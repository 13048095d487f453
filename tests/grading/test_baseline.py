"""What the shipped apps meet: kept by digest, and never taken on trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.grading.baseline import Baseline
from clinic.verdict import Fact, Outcome, Verdict

FACTS = (Fact("one", met=True), Fact("two", met=False), Fact("more", met=True, extra=True))
VERDICT = Verdict("echo", Outcome.NOT_YET, FACTS)


def test_core_facts_that_are_met_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline = Baseline({"echo": "d1", "noisy": "d2"}, path)
    assert (baseline.at_start("echo"), baseline.settled("echo")) == (None, False)
    baseline.add(VERDICT)
    for read in (baseline, Baseline({"echo": "d1", "noisy": "d2"}, path)):
        assert read.at_start("echo") == frozenset({"one"})
        assert read.settled("echo")
        assert read.at_start("noisy") is None


def test_another_digest_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    Baseline({"echo": "d1"}, path).add(VERDICT)
    assert Baseline({"echo": "d2"}, path).at_start("echo") is None


def test_what_could_not_be_told_is_settled_for_this_run_and_never_kept(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline = Baseline({"echo": "d1"}, path)
    with pytest.raises(ValueError, match="tells nothing"):
        baseline.add(Verdict("echo", Outcome.COULD_NOT_TELL, FACTS))
    baseline.give_up("echo")
    assert baseline.settled("echo")
    assert baseline.at_start("echo") is None
    assert not Baseline({"echo": "d1"}, path).settled("echo")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"echo": 7}', '{"echo": {"digest": "d1", "met": "one"}}', "[" * 10**5]
)
def test_a_file_that_makes_no_sense_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    baseline = Baseline({"echo": "d1"}, path)
    assert baseline.at_start("echo") is None
    baseline.add(VERDICT)
    assert Baseline({"echo": "d1"}, path).at_start("echo") == frozenset({"one"})


def test_without_a_file_it_lives_in_memory() -> None:
    baseline = Baseline({"echo": "d1"})
    baseline.add(VERDICT)
    assert baseline.at_start("echo") == frozenset({"one"})
