"""The trusted side: apps that start, and all the ways in which they do not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from launched import APP, Launched, get, launched
from processes_of import all_end, open_files

from clinic.errors import MachineError, StartError, SubmissionError
from clinic.processes import MOST_LOG_BYTES, AppProcess, LauncherClient, Tail
from clinic.stubs import wait_until


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launched(tmp_path_factory.mktemp("apps")) as opened:
        yield opened


def why(launcher: Launched, source: str, seconds: float = 20) -> str:
    """Return the sentence that says why an app does not start."""
    with (
        launcher.app(source, ready=False) as process,
        pytest.raises(StartError) as raised,
    ):
        process.wait_ready(seconds)
    return str(raised.value)


def write(text: str) -> str:
    """Return a cell that writes to every descriptor it finds, and then is a good app."""
    loop = f"import os\nfor n in range(3, 30):\n    try: os.write(n, {text!r}.encode())\n"
    return loop + "    except OSError: pass\n" + APP


LIFESPAN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    {line}
    yield

app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f(:", "The cell has a syntax error in line 1: invalid syntax."),
        ("raise ValueError('no')", "The cell raised ValueError: no (line 1 of the cell)."),
        ("import sys; sys.exit(3)", "The cell ended its own process (exit status 3)."),
        (
            "import os; os._exit(7)",
            "The process ended before the app had started (exit status 7).",
        ),
        (
            "import os; os.killpg(0, 9)",
            "The process ended before the app had started (killed by SIGKILL).",
        ),
        (
            "import os; os.kill(os.getpid(), 40)",
            "The process ended before the app had started (killed by signal 40).",
        ),
        (
            LIFESPAN.format(line="raise RuntimeError('the database is down')"),
            "The app's start-up code failed: RuntimeError: the database is down",
        ),
        (
            LIFESPAN.format(line="import os; os._exit(3)"),
            "The process ended before the app had started (exit status 3).",
        ),
        (
            "import os; os.closerange(3, 100)\n" + APP,
            "The process ended before the app had started (exit status 1).",
        ),
        (
            write("garbage\n"),
            "The app cannot be served: before it had started, the cell closed or overwrote files "
            "that it had not opened.",
        ),
        ("x = 1", "The cell defines no `app`; the check serves the object of that name."),
        (
            "app = 3",
            "`app` is of type `int`, not an ASGI application; make it `app = FastAPI(...)`.",
        ),
    ],
)
def test_an_app_that_does_not_start_is_said_in_one_sentence(
    launcher: Launched, source: str, sentence: str
) -> None:
    assert why(launcher, source) == sentence
    assert wait_until(lambda: not launcher.pids())


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(600)",
        "while True: pass",
        LIFESPAN.format(line="import asyncio; await asyncio.sleep(600)"),
        "import signal, time\nfor n in set(signal.Signals) - {9, 19}:\n"
        "    signal.signal(n, lambda *_: 0)\nwhile True: time.sleep(600)",
        "import os, time\nif os.fork() == 0: time.sleep(600)\ntime.sleep(600)",
    ],
    ids=["sleeps", "loops", "lifespan", "signals", "forks"],
)
def test_an_app_that_hangs_at_start_is_given_up(launcher: Launched, source: str) -> None:
    assert (
        why(launcher, source, 0.5) == "The app was not ready after 0.5 s: does it wait at start?"
    )
    assert wait_until(lambda: not launcher.pids())


def test_a_long_message_in_another_script_is_cut_and_arrives(launcher: Launched) -> None:
    sentence = why(launcher, "raise ValueError('\\N{CLINKING BEER MUGS}' * 5000)")
    assert sentence.startswith("The cell raised ValueError: \N{CLINKING BEER MUGS}")
    assert sentence.endswith("(line 1 of the cell).")


def test_a_status_that_lies_is_no_start(launcher: Launched) -> None:
    """An app that says it is ready and is not fails its facts; nothing hangs."""
    source = write('{"state": "ready", "message": ""}\n') + "\nimport os; os._exit(0)"
    with launcher.app(source) as process:
        assert process.wait(10) == 0
        with pytest.raises(SubmissionError, match="refused"):
            get(process)


def test_megabytes_of_output_are_cut_and_slow_nothing(launcher: Launched) -> None:
    source = "print('first'); print('x' * 20_000_000); print('last', flush=True)\n" + APP
    with launcher.app(source) as process:
        assert get(process) == "here"
        assert wait_until(lambda: "\nlast\n" in process.stdout.text())
        text = process.stdout.text()
    assert text.startswith("first\n")
    assert "bytes left out" in text
    assert len(text) < MOST_LOG_BYTES + 100_000


def test_an_app_that_ends_later_is_seen(launcher: Launched) -> None:
    with launcher.app("import os\n" + APP.replace('"here"', "os._exit(5)")) as process:
        with pytest.raises(SubmissionError, match="connection closed"):
            get(process)
        assert process.wait(10) == 5


def test_an_app_that_closes_itslistener_refuses_and_can_be_ended(launcher: Launched) -> None:
    source = "import os\n" + APP.replace('"here"', "os.closerange(3, 100)")
    with launcher.app(source) as process, pytest.raises(SubmissionError, match="GET /"):
        get(process)
    assert process.wait(0) is not None


def test_an_app_that_ignores_sigterm_is_killed(launcher: Launched) -> None:
    source = APP + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn = source + "signal.signal = lambda *_: None\n"
    with launcher.app(stubborn) as process:
        process.signal(signal.SIGTERM)
        assert get(process) == "here"
    assert process.wait(0) == -signal.SIGKILL


def test_closing_waits_for_the_end_and_lets_go_of_every_descriptor(launcher: Launched) -> None:
    before = open_files()
    for _ in range(3):
        with launcher.app(APP) as process:
            process.kill()
        assert process.wait(0) == -signal.SIGKILL
        process.stderr.wait_until_closed(10)
        process.stdout.wait_until_closed(10)
    assert wait_until(lambda: open_files() == before)


def test_a_second_close_does_not_hit_a_file_opened_since(launcher: Launched) -> None:
    with launcher.app(APP) as process:
        process.close()
        read_end, write_end = os.pipe()  # one of them has the number of the status pipe
        process.close()
        os.write(write_end, b"alive")
        assert os.read(read_end, 10) == b"alive"
        os.close(read_end)
        os.close(write_end)


def test_orders_of_two_threads_do_not_mix(launcher: Launched) -> None:
    with launcher.app(APP) as process:
        stop = threading.Event()

        def disturb() -> None:
            while not stop.is_set():
                process.signal(0)

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            for _ in range(3):
                with launcher.app("#" * 300_000 + "\n" + APP) as other:
                    assert get(other) == "here"
        finally:
            stop.set()
            thread.join()


def test_instances_end_apart(launcher: Launched) -> None:
    with launcher.app(APP) as first, launcher.app(APP) as second:
        assert first.port != second.port
        first.kill()
        assert first.wait(10) == -signal.SIGKILL
        assert second.wait(0) is None
        assert get(second) == "here"


def test_a_launcher_that_is_gone_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        launcher.client.process.kill()
        launcher.client.process.wait()
        before = open_files()
        with pytest.raises(MachineError, match=r"^The process that starts the apps is gone"):
            AppProcess.start(launcher.client, APP, tmp_path, {})
        assert wait_until(lambda: open_files() == before)
        with pytest.raises(MachineError, match="is gone"):
            launcher.client.wait_exit("any", 5)


def test_an_app_that_kills_the_launcher_ends_with_it(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher, launcher.app(APP) as other:
        pids = launcher.pids()
        with (
            pytest.raises((MachineError, StartError)),
            launcher.app("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(600)"),
        ):
            pass
        assert all_end(pids)
        other.close()


def test_garbage_from_the_launcher_is_a_fault_of_the_machine() -> None:
    script = "import socket, sys; socket.socket(fileno=int(sys.argv[-1])).send(b'garbage' * 9)"
    client = LauncherClient.open([sys.executable, "-c", script])
    with pytest.raises(MachineError):
        client.wait_warm()
    client.close()


def test_a_sandbox_that_is_missing_is_named() -> None:
    before = open_files()
    with pytest.raises(MachineError, match="no_such_program cannot be started: No such file"):
        LauncherClient.open(["no_such_program"])
    assert open_files() == before


def test_no_free_port_is_one_sentence() -> None:
    """Without a descriptor to spare no socket can be opened; a full range of ports ends alike."""
    script = """
import resource
from clinic.errors import MachineError
from clinic.processes import listen
from clinic.stubs import HttpStub

stub = HttpStub(lambda request: None)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
for start in (listen, stub.start):
    try:
        start()
    except MachineError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    sentence = "No free port on 127.0.0.1: Too many open files.\n"
    assert (done.stdout, done.stderr) == (sentence * 2, "")


def test_a_tail_keeps_the_beginning_and_the_end() -> None:
    tail = Tail()
    tail.add("é".encode() * (MOST_LOG_BYTES // 4 + 1))
    assert set(tail.text()) == {"é"}, "no character is cut where the two parts meet"
    for number in range(100):
        tail.add(b"%d" % number + b"x" * 20_000)
    assert tail.text().startswith("é")
    assert tail.text().endswith("99" + "x" * 20_000)


def test_two_tails_feed_a_third() -> None:
    both = Tail()
    for word in (b"one", b"two"):
        tail = Tail(both)
        write_end = tail.attach()
        os.write(write_end, word)
        os.close(write_end)
        tail.wait_until_closed(10)
        assert tail.text() == word.decode()
    assert both.text() == "onetwo"
