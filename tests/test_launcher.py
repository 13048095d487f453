"""The child side: every app in a fresh process that looks as if it had been started alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from launched import APP, Launched, get, launched
from processes_of import all_end, command_of, descendants

from clinic import messages
from clinic.processes import AppProcess, LauncherClient
from clinic.stubs import wait_until


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launched(tmp_path_factory.mktemp("apps")) as opened:
        yield opened


def told(launcher: Launched, expression: str, env: dict[str, str] | None = None) -> object:
    """Return the value of an expression in the process of an app."""
    source = APP.replace('"here"', expression)
    with launcher.app(f"import os, random, sys, tempfile\n{source}", env) as process:
        return get(process)


def test_an_app_sees_its_own_environment_only(
    launcher: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLINIC_REPORT", "/secret")
    seen = told(launcher, "dict(os.environ)", {"SUPPLIER_URL": "http://x"})
    assert isinstance(seen, dict)
    assert seen["SUPPLIER_URL"] == "http://x"
    assert not [name for name in seen if name.startswith(("CLINIC", "PYTEST"))]


def test_an_app_runs_in_its_work_directory_and_leads_its_own_session(launcher: Launched) -> None:
    seen = told(
        launcher,
        "[os.getcwd() == sys.path[0] == os.environ['HOME'] == tempfile.gettempdir(),"
        " os.getsid(0) == os.getpid(), sys.argv, sys.stdin.read(), __name__]",
    )
    assert seen == [True, True, ["exercise"], "", "__main__"]


def test_two_starts_share_no_randomness_and_no_memory(launcher: Launched) -> None:
    source = "[random.random(), sys.modules.setdefault('mark', os.getpid()) == os.getpid()]"
    first, second = (told(launcher, source) for _ in range(2))
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert first[0] != second[0]
    assert first[1] == second[1] is True


def test_an_app_has_no_descriptor_of_the_launcher(launcher: Launched) -> None:
    """Besides 0, 1 and 2 there are the listener, its status pipe, and what its loop opens."""
    seen = told(
        launcher,
        "[os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in range(3, 99)"
        " if os.path.lexists(f'/proc/self/fd/{n}')]",
    )
    assert isinstance(seen, list)
    # socket: the listener, the connection of this very request, and the loop's own pair
    assert seen.count("socket") == 4
    assert seen.count("pipe") == 0, "the status pipe is closed when the app is ready"


def test_programs_that_an_app_starts_do_not_hold_its_port(launcher: Launched) -> None:
    source = "import os\nos.system('sleep 600 &')\n" + APP.replace('"here"', "os._exit(0)")
    with launcher.app(source):
        (sleeper,) = [p for p in launcher.pids() if command_of(p).startswith("sleep")]
        held = {os.readlink(f"/proc/{sleeper}/fd/{n}") for n in os.listdir(f"/proc/{sleeper}/fd")}
        assert not [name for name in held if name.startswith("socket")]
    assert all_end([sleeper])


def test_a_child_in_a_session_of_its_own_ends_with_the_last_app(launcher: Launched) -> None:
    source = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n" + APP
    with launcher.app(source):
        pids = launcher.pids()
        assert len(pids) == 2
    assert all_end(pids)
    assert wait_until(lambda: not launcher.pids()), "not even zombies are left"


def test_lines_of_the_cell_stand_in_its_tracebacks(launcher: Launched) -> None:
    source = "def fail():\n    raise ValueError('why')  # the very line\nfail()\n"
    with launcher.app(source, ready=False) as process:
        assert process.wait(10) == 1
        process.stderr.wait_until_closed(10)
        assert "raise ValueError('why')  # the very line" in process.stderr.text()


def test_atexit_functions_run_when_an_app_is_told_to_stop(launcher: Launched) -> None:
    source = "import atexit\natexit.register(print, 'good bye')\n" + APP
    with launcher.app(source) as process:
        process.signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
        process.stdout.wait_until_closed(10)
        assert "Application shutdown complete" in process.stderr.text()


def test_an_order_to_kill_right_after_the_start_is_not_lost(launcher: Launched) -> None:
    """The child may not lead its process group yet when the signal comes."""
    for _ in range(20):
        with launcher.app(APP, ready=False) as process:
            process.kill()
            assert process.wait(10) == -signal.SIGKILL


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_all_apps_end_with_the_launcher(
    how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + APP
    client = LauncherClient.open()
    folder = tmp_path_factory.mktemp("apps")
    started = [AppProcess.start(client, source, folder, {}) for _ in range(2)]
    for process in started:
        process.wait_ready()
    pids = descendants(client.process.pid)
    assert len(pids) == 2
    if how == "killed":
        client.process.kill()
    client.close()
    assert all_end(pids)
    for process in started:
        process.close()


def test_the_launcher_ends_when_nobody_talks_to_it() -> None:
    client = LauncherClient.open()
    client.control.close()
    assert client.process.wait(20) == 0


def test_what_databases_import_is_imported_for_who_needs_it(tmp_path: Path) -> None:
    with launched(tmp_path) as fresh:
        assert told(fresh, "['pydantic.v1' in sys.modules, 'aiosqlite' in sys.modules]") == [
            True,
            False,
        ]
        assert told(fresh, "'aiosqlite' in sys.modules or 'no sqlalchemy'") is True
        assert told(fresh, "'aiosqlite' in sys.modules") is True, "once is enough"


def test_the_launcher_says_when_it_is_warm() -> None:
    client = LauncherClient.open()
    received = messages.receive(client.control)
    assert received == ({"event": "warm"}, [])
    client.close()
    assert client.process.returncode == 0
