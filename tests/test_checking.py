"""What authors of checks write with: facts, submissions, and questions to an app's process."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from launched import APP
from processes_of import all_end, descendants
from tiny_course import code, exercise_cell, write_notebook

from clinic.checking import App, fact, find_source, inputs, submission, warm
from clinic.errors import CourseError, StartError, SubmissionError
from clinic.stubs import wait_until

ECHO = """
import os, sqlite3, sys
from pathlib import Path
from fastapi import FastAPI, Request, WebSocket

app = FastAPI()
print("started in", os.getcwd())
print("a complaint", file=sys.stderr)

@app.get("/env/{name}")
async def env(name: str, request: Request):
    return [os.environ.get(name), request.client.host, os.getpid()]

@app.post("/files/{name}")
async def write(name: str):
    Path(name).write_text("written")
    return sorted(p.name for p in Path.cwd().iterdir())

@app.post("/rows")
def add():
    with sqlite3.connect("shop.db") as db:
        db.execute("create table if not exists rows (n integer)")
        db.execute("insert into rows values (1)")

@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    await socket.send_text(await socket.receive_text() + "!")

@app.get("/exit/{status}")
async def leave(status: int):
    os._exit(status)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the checks to a folder of submissions and to a report."""
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "echo.py").write_text(ECHO)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("CLINIC_SUBMISSION", str(folder))
    monkeypatch.setenv("CLINIC_REPORT", str(tmp_path / "report.jsonl"))
    monkeypatch.setenv("CLINIC_SCRATCH", str(scratch))
    return tmp_path


@pytest.fixture
def app() -> Iterator[App]:
    with submission("echo", env={"SHOP": "open"}, files={"data/in.txt": b"given"}) as running:
        yield running


def report(place: Path) -> list[dict[str, Any]]:
    path = place / "report.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


# facts


def test_a_fact_is_told_with_yes_or_no(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with fact("one is one"):
        assert 1 == 1
    with fact("two is one", next_step="count again."):
        raise AssertionError("Two was 2.")
    with fact("beyond", extra=True):
        raise AssertionError("no")
    assert capsys.readouterr().out == "one is one: yes\ntwo is one: no\nbeyond (extra)\n"
    rows = report(place)
    assert [(row["met"], row["extra"], row["seen"]) for row in rows] == [
        (True, False, ""),
        (False, False, "Two was 2."),
        (False, True, "no"),
    ]
    assert [row["next_step"] for row in rows] == ["", "count again.", ""]


@pytest.mark.parametrize(
    "error",
    [
        SubmissionError("the app"),
        StartError("the start"),
        sqlite3.OperationalError("no such table"),
        ConnectionResetError("reset"),
        TimeoutError("late"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_faults_of_the_submission_make_a_fact_untrue(place: Path, error: Exception) -> None:
    with fact("told"):
        raise error
    assert report(place)[0]["seen"] == str(error)


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), CourseError("x"), OSError("x")])
def test_faults_of_the_check_pass_through(place: Path, error: Exception) -> None:
    with pytest.raises(type(error)), fact("never told"):
        raise error
    assert report(place) == []


def test_what_a_client_saw_is_cut_and_can_be_displayed(place: Path) -> None:
    for text in ("x" * 100_000, "half a pair: \ud800", ""):
        with fact("told"):
            raise AssertionError(text)
    seen = [row["seen"] for row in report(place)]
    assert seen == [
        "x" * 2000,
        "half a pair: ?",
        "What a client saw is not what the fact says.",
    ]


def test_inputs_can_be_replayed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = inputs().random()
    assert inputs().random() != first
    monkeypatch.setenv("CLINIC_SEED", report(place)[0]["seed"])
    assert inputs().random() == first
    monkeypatch.setenv("CLINIC_SEED", "many")
    with pytest.raises(CourseError, match="must be a whole number, not 'many'"):
        inputs()


# an app


def test_an_app_gets_its_environment_and_its_files(app: App) -> None:
    assert app.get("/env/SHOP").json()[:2] == ["open", "127.0.0.1"]
    assert app.get("/env/CLINIC_REPORT").json()[0] is None
    assert (app.workdir / "data" / "in.txt").read_bytes() == b"given"
    assert app.post("/files/out.txt").json() == ["data", "out.txt"]
    assert (app.workdir / "out.txt").read_text() == "written"


def test_clients_have_addresses_of_their_own(app: App) -> None:
    assert app.at("127.0.0.9").get("/env/X").json()[1] == "127.0.0.9"
    assert app.get("/env/X", headers={"X-Forwarded-For": "9.9.9.9"}).json()[1] == "127.0.0.1"


def test_behind_a_proxy_that_is_trusted_one_client_is_many(app: App) -> None:
    behind = app.another(trust_proxy=True)
    for address in ("203.0.113.7", "203.0.113.8"):
        headers = {"X-Forwarded-For": f"9.9.9.9, {address}"}  # a client invents, a proxy appends
        assert behind.get("/env/X", headers=headers).json()[1] == address
    assert behind.get("/env/X").json()[1] == "127.0.0.1"


def test_behind_a_prefix_the_app_is_asked_for_the_rest_and_told_of_it(app: App) -> None:
    servers = app.another(root_path="/shop").get("/openapi.json").json().get("servers")
    assert servers == [{"url": "/shop"}]
    assert "servers" not in app.get("/openapi.json").json()


def test_raw_bytes_and_websockets_reach_the_app(app: App) -> None:
    assert app.raw(b"GET /a/../b HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400")
    with app.websocket("/ws") as socket:
        socket.send("hello")
        assert socket.recv(5) == "hello!"


def test_output_is_read_while_the_app_runs(app: App) -> None:
    assert wait_until(lambda: "startup complete" in app.stderr)
    assert f"started in {app.workdir}\n" in app.stdout
    assert "a complaint\n" in app.stderr
    assert "started in" in app.log
    assert "a complaint" in app.log


def test_the_database_of_the_app_can_be_opened_and_locked(app: App) -> None:
    with pytest.raises(sqlite3.OperationalError):
        app.sqlite("shop.db")
    assert app.post("/rows").status_code == 200
    database = app.sqlite("shop.db")
    assert database.execute("select n from rows").fetchall() == [(1,)]
    database.execute("begin exclusive")
    waiting = app.send("POST", "/rows")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        app.sqlite("shop.db", timeout=0).execute("begin immediate")
    assert not waiting.done
    database.execute("commit")
    assert waiting.result(10).status == 200
    database.close()


def test_an_app_can_be_stopped_killed_and_asked_how_it_ended(app: App) -> None:
    second = app.another({"SHOP": "shut"})
    assert second.get("/env/SHOP").json()[0] == "shut"
    assert second.workdir == app.workdir
    second.kill()
    assert second.wait_exit(10) == -signal.SIGKILL
    assert app.alive
    app.terminate()
    assert app.wait_exit(10) == -signal.SIGTERM
    assert not app.alive
    assert "Application shutdown complete" in app.stderr


def test_an_exit_status_is_known(app: App) -> None:
    with pytest.raises(SubmissionError, match="GET /exit/7: connection closed"):
        app.get("/exit/7")
    assert app.wait_exit(10) == 7
    with pytest.raises(SubmissionError, match="connection refused"):
        app.get("/env/X")


def test_a_restart_is_a_fresh_process_with_the_old_files(app: App) -> None:
    first = app.get("/env/X").json()[2]
    app.post("/files/kept.txt")
    again = app.restart({"SHOP": "open again"})
    shop, _, pid = again.get("/env/SHOP").json()
    assert (shop, pid != first, app.alive) == ("open again", True, False)
    assert (again.workdir / "kept.txt").exists()


# submissions


def test_nothing_is_left_of_a_submission(place: Path) -> None:
    warm()
    with submission("echo") as app:
        app.another()
        pids = [app.get("/env/X").json()[2]]
        workdir = app.workdir
        assert workdir.parent == place / "scratch"
    assert not workdir.exists()
    assert all_end(pids)


def test_an_app_that_writes_without_end_leaves_no_folder(place: Path) -> None:
    (place / "submission" / "echo.py").write_text(
        "import threading\nfrom pathlib import Path\n"
        "def write():\n    n = 0\n    while True:\n        n += 1\n"
        "        Path(f'd{n}').mkdir(); Path(f'd{n}/f').touch()\n"
        "threading.Thread(target=write, daemon=True).start()\n" + APP
    )
    with submission("echo") as app:
        assert app.get("/").json() == "here"
    assert list((place / "scratch").iterdir()) == []


def test_a_start_that_fails_is_reported_once_and_leaves_nothing(place: Path) -> None:
    (place / "submission" / "echo.py").write_text("raise ValueError('no')")
    sentence = "The cell raised ValueError: no (line 1 of the cell)."
    with pytest.raises(StartError), submission("echo"):
        raise AssertionError("never entered")
    assert report(place) == [{"ended": sentence}]
    assert list((place / "scratch").iterdir()) == []


def test_a_fault_between_two_facts_is_reported_once(place: Path) -> None:
    with pytest.raises(SubmissionError), submission("echo") as app:
        app.get("/exit/1")
    (row,) = report(place)
    assert row["ended"].startswith("GET /exit/1: connection closed")
    with pytest.raises(ZeroDivisionError), submission("echo"):
        raise ZeroDivisionError  # the check's own fault
    assert len(report(place)) == 1


def test_a_further_start_may_fail_inside_a_fact(place: Path) -> None:
    broken = "import os\nassert 'BROKEN' not in os.environ, 'broken'\n"
    (place / "submission" / "echo.py").write_text(broken + ECHO)
    with submission("echo") as app:
        with fact("it starts again"):
            app.restart({"BROKEN": "1"})
        with fact("a second one starts, from the text that was read at first"):
            (place / "submission" / "echo.py").unlink()
            app.another()
    first, second = report(place)
    assert (first["met"], second["met"]) == (False, True)
    assert first["seen"] == "The cell raised AssertionError: broken (line 2 of the cell)."


def test_instances_can_be_started_later_and_without_waiting(place: Path) -> None:
    with submission("echo", autostart=False) as run:
        app = run.start({"SHOP": "late"})
        assert app.get("/env/SHOP").json()[0] == "late"
        other = run.start(ready=False)
        assert other.alive
        assert wait_until(lambda: "startup complete" in other.stderr, 20)


def test_a_start_can_run_a_line_below_the_cell(place: Path) -> None:
    with submission("echo", autostart=False) as run:
        first = run.start(after="os.environ['SHOP'] = type(app).__name__", env={"SHOP": "early"})
        assert first.get("/env/SHOP").json()[0] == "FastAPI"
        assert run.start({"SHOP": "late"}).get("/env/SHOP").json()[0] == "late"


def test_a_check_that_lasts_too_long_loses_its_app(place: Path) -> None:
    with submission("echo", seconds=1) as app:
        assert app.wait_exit(20) == -signal.SIGKILL
        with pytest.raises(StartError, match="killed by SIGKILL"):
            app.another()
    assert report(place)[0] == {"note": "The check was ended after 1 s."}


def test_a_request_has_a_time_limit(place: Path) -> None:
    (place / "submission" / "echo.py").write_text(
        APP.replace('return "here"', "import time; time.sleep(600)")
    )
    with submission("echo", timeout=0.2) as app, fact("it answers"):
        app.get("/")
    assert report(place)[0]["seen"] == "GET /: no answer within 0.2 s."


def test_a_judge_whose_launcher_was_killed_opens_another(place: Path) -> None:
    with submission("echo") as app:
        pid = app._process.launcher.process.pid
        os.kill(pid, signal.SIGKILL)
        app._process.launcher.process.wait()
    assert descendants(pid) == []
    with submission("echo") as app:
        assert app.get("/env/X").status_code == 200


# where the text comes from


@pytest.fixture
def own_course(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = place / "course"
    shipped = "# exercise: echo\nx = 1\n"
    write_notebook(root / "notebooks" / "00_start_here.ipynb", exercise_cell(shipped, rule="echo"))
    write_notebook(
        root / "solutions" / "00_start_here.ipynb", code("# exercise: echo\nx = 2\n", "echo")
    )
    monkeypatch.setenv("CLINIC_COURSE", str(root))
    return root


def test_without_a_name_the_answers_are_judged(
    own_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLINIC_SUBMISSION")
    assert find_source("echo") == "# exercise: echo\nx = 2\n"
    (own_course / "solutions" / "00_start_here.ipynb").unlink()
    with pytest.raises(CourseError):
        find_source("echo")
    with pytest.raises(CourseError, match="no rule 'ecco'; did you mean 'echo'"):
        find_source("ecco")


def test_a_submission_is_a_file_a_notebook_or_a_folder_of_these(
    own_course: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in = code("# exercise: echo\nx = 3\n")
    fresh = code("# exercise: echo\nx = 1\n")
    notebook = write_notebook(place / "handed" / "00_start_here.ipynb", handed_in, fresh)
    for path in (notebook, notebook.parent):
        monkeypatch.setenv("CLINIC_SUBMISSION", str(path))
        assert find_source("echo") == "# exercise: echo\nx = 3\n", "a fresh copy hides no repair"
    for path in (place / "submission", place / "submission" / "echo.py"):
        monkeypatch.setenv("CLINIC_SUBMISSION", str(path))
        assert find_source("echo") == ECHO


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.py", None, "gone.py cannot be read: No such file or directory."),
        ("latin.py", b"x = '\xe9'", "latin.py is no UTF-8 text."),
        ("bad.ipynb", b"{", "not JSON"),
        ("list.ipynb", b"[]", "list.ipynb"),
        (
            "empty.ipynb",
            b'{"nbformat": 4, "nbformat_minor": 5, "cells": []}',
            "no exercise cell of",
        ),
    ],
)
def test_a_submission_that_cannot_be_read_is_its_own_fault(
    own_course: Path,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes | None,
    sentence: str,
) -> None:
    if content is not None:
        (place / name).write_bytes(content)
    monkeypatch.setenv("CLINIC_SUBMISSION", str(place / name))
    with pytest.raises(SubmissionError, match=sentence), submission("echo"):
        raise AssertionError("never entered")
    assert len(report(place)) == 1
