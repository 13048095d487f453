"""``clinic grade`` for real: its output, its exit status, its end by a signal."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from graded import hand_in, outcomes, run, start, stored, wait_for_app
from processes_of import all_end
from tiny_checks import ECHO, PACKAGE, SHIPPED, write_checks

from clinic.cli import main
from clinic.grading.output_folder import output_folder

pytestmark = pytest.mark.xdist_group("grade")

WRONG = ECHO.replace('{"number": number}', '{"number": -1}')
ENDLESS = "import time\ntime.sleep(600)\n"
KILLS = int(os.environ.get("KILLS", "2"))
"""How often the real command is killed; on paper (test_run) it is twenty times."""


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A class that has been graded once: four students, each in another way."""
    root = tmp_path_factory.mktemp("grade")
    write_checks(root / "course")
    hand_in(root, "ada", {"echo": ECHO, "package": PACKAGE})
    hand_in(root, "bob", {"echo": WRONG, "package": "def f(:"})
    hand_in(root, "cy", {"echo": SHIPPED.format(rule="echo").partition("\n")[2]})
    hand_in(root, "eve\x1b[31m", {"broken_check": ECHO.partition("\n")[2]})
    (hand_in(root, "dan", {})).write_text("{no notebook")
    return root, run(root, "--json", "--jobs", "2")


def test_a_class_is_graded_whoever_is_in_it(
    graded: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = graded
    assert done.returncode == 0, done.stderr
    rows = {row["student"]: row for row in json.loads(done.stdout)}
    assert {name: outcomes(row) for name, row in rows.items()} == {
        "ada": {"echo": "repaired", "package": "repaired"},
        "bob": {"echo": "not_yet", "package": "not_yet"},
        "cy": {},
        "dan": {},
        "eve [31m": {"broken_check": "could_not_tell"},
    }
    assert {name: row["points"] for name, row in rows.items() if row["points"]} == {"ada": 20}
    assert not any(row["sandboxed"] for row in rows.values())


def test_what_it_says_is_plain_and_for_people(
    graded: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = graded
    assert "WARNING: --no-sandbox" in done.stderr
    assert "5 students: 3 graded now (5 exercises), 2 as before." in done.stderr
    assert "broken_check: The check failed: ZeroDivisionError" in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_run_grades_only_what_changed(
    graded: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    root, _ = graded
    before = stored(root)
    hand_in(root, "cy", {"echo": ECHO})
    done = run(root, "--rules", "echo,package")
    assert done.returncode == 0
    assert "5 students: 1 graded now (1 exercise), 4 as before." in done.stdout
    after = stored(root)
    assert outcomes(after.pop("cy")) == {"echo": "repaired"}
    del before["cy"]
    assert {key: after[key] for key in ("ada", "bob", "dan")} == {
        key: before[key] for key in ("ada", "bob", "dan")
    }


def test_kills_of_the_real_command_lose_nothing_and_judge_nothing_twice(tmp_path: Path) -> None:
    write_checks(tmp_path / "course")
    class_ = [f"s{number}" for number in range(3 * KILLS)]
    for student in class_:
        source = f"import time\ntime.sleep(1)\n{ECHO}# {student}\n"
        hand_in(tmp_path, student, {"echo": source})
    settled: dict[str, object] = {}
    left: list[int] = []
    for kill in range(KILLS):
        if len(settled) == len(class_):
            break
        process = start(tmp_path, "--jobs", "2")
        left += wait_for_app(process.pid)
        time.sleep(random.random() * 2)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        now = stored(tmp_path)
        assert {key: now[key] for key in settled} == settled, kill
        settled = dict(now)
    done = run(tmp_path, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert f"{len(class_) - len(settled)} graded now" in done.stdout
    now = stored(tmp_path)
    assert {key: now[key] for key in settled} == settled
    assert [outcomes(now[key]) for key in sorted(now)] == [{"echo": "repaired"}] * len(class_)
    assert all_end(left), "the judges of a killed run end too"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_it_soon_and_cleanly(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    write_checks(tmp_path / "course")
    hand_in(tmp_path, "ada", {"echo": ENDLESS})
    process = start(tmp_path, "--jobs", "1")
    children = wait_for_app(process.pid)
    for _ in range(3):  # impatience must not disturb the stopping
        process.send_signal(number)
    said, told = process.communicate()
    assert process.returncode == status
    assert said == ""
    assert "Traceback" not in told
    assert told.splitlines()[-1].endswith("the same command goes on from there.")
    assert all_end(children, 5)


def test_two_runs_at_once_are_refused_by_the_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checks(tmp_path / "course")
    monkeypatch.setenv("CLINIC_COURSE", str(tmp_path / "course"))
    hand_in(tmp_path, "ada", {})
    options = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--no-sandbox"]
    with output_folder(tmp_path / "out", tmp_path / "class"):
        assert main(options) == 2
    assert "Another `clinic grade` is writing" in capsys.readouterr().err
    assert main(options) == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rules", "ecco"], "did you mean 'echo'"),
        (["--rules", ","], "--rules wants the names of rules"),
        (["--out", "class/out"], "would be taken for a submission"),
        (["--out", "course"], "holds other files"),
        (["--out", "course/notebooks/00_start_here.ipynb"], "is a file"),
        (["--scheduler", "nonsense://x"], "is no address of a Dask scheduler"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    sentence: str,
) -> None:
    write_checks(tmp_path / "course")
    monkeypatch.setenv("CLINIC_COURSE", str(tmp_path / "course"))
    monkeypatch.chdir(tmp_path)
    hand_in(tmp_path, "ada", {})
    assert main(["grade", "class", "--out", "out", "--no-sandbox", *options]) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("options", [["--jobs", "0"], ["--jobs", "2", "--scheduler", "tcp://x"]])
def test_options_that_make_no_sense_are_refused(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["grade", "class", "--out", "out", *options])
    assert len(capsys.readouterr().err.splitlines()) == 1
