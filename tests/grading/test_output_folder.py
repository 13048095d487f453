"""The folder of a grading run: ours alone, one run at a time, swept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clinic.errors import MachineError, UsageError
from clinic.grading.output_folder import output_folder

HOLD = """
import os, signal, sys
from pathlib import Path
from clinic.grading.output_folder import output_folder
with output_folder(Path(sys.argv[1]), Path("elsewhere")):
    print("held", flush=True)
    signal.pause()
"""


def test_it_is_made_and_used_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out"
    for _ in range(2):
        with output_folder(path, tmp_path / "class") as out:
            assert out.path == path
            (path / "gradebook.csv").write_text("ours")
    (tmp_path / "empty").mkdir()
    with output_folder(tmp_path / "empty", tmp_path / "class"):
        pass


def test_a_folder_of_somebody_else_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with (
        pytest.raises(UsageError, match="holds other files"),
        output_folder(tmp_path, tmp_path / "class"),
    ):
        pass
    assert os.listdir(tmp_path) == ["thesis.txt"]


@pytest.mark.parametrize("place", ["class", "class/out", "class/a/b"])
def test_a_folder_among_the_submissions_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "class").mkdir()
    with (
        pytest.raises(UsageError, match="taken for a submission"),
        output_folder(tmp_path / place, tmp_path / "class"),
    ):
        pass
    assert os.listdir(tmp_path / "class") == []


def test_a_file_and_a_place_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UsageError, match="is a file"),
        output_folder(tmp_path / "file", tmp_path / "c"),
    ):
        pass
    place = tmp_path / "file" / "out"
    with pytest.raises(MachineError, match="cannot be used"), output_folder(place, tmp_path / "c"):
        pass


def test_one_run_at_a_time_and_a_kill_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "out"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(UsageError, match="Another `clinic grade`"),
        output_folder(path, tmp_path / "c"),
    ):
        pass
    holder.kill()
    holder.communicate()
    with output_folder(path, tmp_path / "c"):
        pass


def test_half_written_files_of_killed_runs_are_swept_and_nothing_else(tmp_path: Path) -> None:
    with output_folder(tmp_path / "out", tmp_path / "class") as out:
        (out.path / "results").mkdir()
        for name in (".abc.tmp", "results/.def.tmp", "results/ada.json", "manual.csv", "my.tmp"):
            (out.path / name).write_text("")
    with output_folder(tmp_path / "out", tmp_path / "class") as out:
        left = {str(path.relative_to(out.path)) for path in out.path.rglob("*") if path.is_file()}
    assert left == {".clinic-grade", "results/ada.json", "manual.csv", "my.tmp"}
