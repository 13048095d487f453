"""What one app prints and logs, told apart from all else in the same process."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import io
import logging
import sys

import pytest
from served import make_app

from clinic.applog import CURRENT_LOG, AppLog, Recording, Switch
from clinic.serving import serve

pytestmark = pytest.mark.usefixtures("nothing_left")


def test_the_log_has_the_prints_and_records_of_this_app_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = make_app()

    @app.get("/all")
    async def everything() -> None:
        print("from a task")
        print("to stderr", file=sys.stderr)
        await asyncio.to_thread(print, "from to_thread")
        await asyncio.get_running_loop().run_in_executor(None, print, "from an executor")

    @app.get("/thread")
    def thread() -> None:
        sys.stdout.writelines(["from a ", "worker thread\n"])

    @app.get("/boom")
    def boom() -> None:
        raise ValueError("boom")

    with serve(app) as api, serve(make_app("other")) as other:
        print("from the cell")
        for path in ("/all", "/thread", "/boom"):
            api.get(path)
        other.get("/")
    for text in (
        "from a task\n",
        "to stderr\n",
        "from to_thread\n",
        "from an executor\n",
        "from a worker thread\n",
        "ValueError: boom",
        '"GET /thread HTTP/1.1" 200 OK',
        "INFO:     Application startup complete.",
    ):
        assert text in api.log, text
    assert "home of other" not in api.log
    assert "home of other" in other.log
    assert capsys.readouterr() == ("from the cell\n", "")


def test_handlers_that_exist_before_the_start_write_to_the_log() -> None:
    logger = logging.getLogger("clinic_test_shop")
    handler = logging.StreamHandler(sys.stderr)
    stream = handler.stream
    logger.addHandler(handler)
    app = make_app()

    @app.get("/log")
    def log() -> None:
        logger.warning("from a logger")

    try:
        with serve(app) as api:
            api.get("/log")
        assert "from a logger\n" in api.log
        assert handler.stream is stream
    finally:
        logger.removeHandler(handler)


def test_streams_that_are_exchanged_in_between_are_taken_over_again() -> None:
    captured = io.StringIO()
    with contextlib.redirect_stdout(captured):
        api = serve(make_app()).start()
    api.get("/")
    print("from the cell")
    api.stop()
    assert "home of shop" in api.log
    assert captured.getvalue() == ""


def test_a_flooded_log_keeps_its_end() -> None:
    app = make_app()

    @app.get("/flood")
    def flood() -> None:
        for n in range(30):
            print(n, "x" * 100_000)

    with serve(app) as api:
        api.get("/flood")
    assert len(api.log) < 1_100_000
    assert api.log.startswith("[the beginning is dropped")
    assert "\n29 x" in api.log


# the module itself


def test_a_log_keeps_all_until_it_floods() -> None:
    log = AppLog()
    assert [log.write("one\n"), log.write("two")] == [4, 3]
    assert log.text() == "one\ntwo"


def test_only_the_app_that_runs_writes_to_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs = [AppLog(), AppLog()]
    recordings = [Recording(log) for log in logs]
    for recording in recordings:
        recording.begin()
    for log in logs:
        contextvars.copy_context().run(_print_as, log, f"of {logs.index(log)}")
    print("of nobody")
    recordings[0].end()
    assert isinstance(sys.stdout, Switch), "the other app still records"
    recordings[1].end()
    assert [log.text() for log in logs] == ["of 0\n", "of 1\n"]
    assert capsys.readouterr().out == "of nobody\n"


def _print_as(log: AppLog, text: str) -> None:
    CURRENT_LOG.set(log)
    print(text)
