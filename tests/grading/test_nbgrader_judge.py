"""The preprocessors of the nbgrader export where nbgrader itself does not come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from pair_course import write_pair_course

from clinic.errors import UsageError
from clinic.grading.nbgrader_judge import JudgeExercises, MendMetadata

SOUND = {"grade": True, "solution": False, "locked": True, "points": 3, "schema_version": 3}


def notebook(*metadata: object) -> Any:
    """Return a notebook of code cells with these values as nbgrader's metadata."""
    cells = [
        {"cell_type": "code", "source": "", "outputs": [], "metadata": {"nbgrader": own}}
        for own in metadata
    ]
    return nbformat.from_dict({"cells": cells})  # type: ignore[no-untyped-call]


def preprocessed(kind: Any, document: Any) -> tuple[Any, Any]:
    """Return what nbconvert gets from a preprocessor of this class, which comes without types."""
    result: tuple[Any, Any] = kind().preprocess(document, {})
    return result


def test_a_test_of_somebody_else_is_refused_and_not_given_full_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLINIC_COURSE", str(write_pair_course(tmp_path / "course").root))
    document = notebook(SOUND | {"grade_id": "my-own-test"})
    with pytest.raises(UsageError, match="JudgeExercises does not run 'my-own-test'"):
        preprocessed(JudgeExercises, document)


def test_a_notebook_without_points_is_left_alone() -> None:
    document = notebook(SOUND | {"grade_id": "exercise", "grade": False, "solution": True})
    before = str(document)
    assert preprocessed(JudgeExercises, document) == (document, {})
    assert str(document) == before


def test_of_copies_the_last_keeps_its_metadata() -> None:
    document = notebook(
        SOUND | {"grade_id": "a"}, SOUND | {"grade_id": "b"}, SOUND | {"grade_id": "a"}
    )
    preprocessed(MendMetadata, document)
    kept = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in document.cells]
    assert kept == [None, "b", "a"]


@pytest.mark.parametrize(
    "spoilt",
    [
        "mine",
        {},
        [1],
        SOUND,
        SOUND | {"grade_id": ""},
        SOUND | {"grade_id": 7},
        SOUND | {"grade_id": "a", "points": "many"},
        SOUND | {"grade_id": "a", "grade": "yes"},
        SOUND | {"grade_id": "a", "schema_version": 1},
    ],
)
def test_spoilt_metadata_goes_and_the_rest_stays(spoilt: object) -> None:
    document = notebook(spoilt, SOUND | {"grade_id": "b"})
    preprocessed(MendMetadata, document)
    assert "nbgrader" not in document.cells[0].metadata
    assert document.cells[1].metadata.nbgrader.grade_id == "b"
