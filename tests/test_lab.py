"""`clinic lab` as a learner meets it: a real JupyterLab, asked through HTTP and WebSockets."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tiny_course import write_course
from websockets.sync.client import connect

from clinic import lab
from clinic.errors import MachineError

pytestmark = pytest.mark.xdist_group("lab")

LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+")
COMMAND = [sys.executable, "-m", "clinic", "lab", "--no-browser"]


@dataclass(frozen=True, slots=True)
class Lab:
    """A running `clinic lab` and the lines that it printed up to its link."""

    process: subprocess.Popen[str]
    printed: str

    @property
    def link(self) -> httpx.URL:
        """The link that it printed for its user."""
        found = LINK.search(self.printed)
        assert found, self.printed
        return httpx.URL(found[0])

    def get(self, path: str) -> Any:
        """Return the JSON of a GET with the token of the link."""
        answer = httpx.get(self.link.copy_with(path=path), trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def running_lab(home: Path, cwd: Path, *options: str) -> Iterator[Lab]:
    """Start `clinic lab` in ``cwd`` for a user whose home is ``home``; stop it by Ctrl-C."""
    process = _start(home, cwd, *options)
    try:
        yield Lab(process, _read_to_link(process))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _start(home: Path, cwd: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *options],
        cwd=cwd,
        env=lab_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def lab_environment(home: Path) -> dict[str, str]:
    """Return this environment as another user's, and without what points at another course."""
    drop = ("CLINIC_", "JUPYTER", "IPYTHON", "XDG_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return kept | {"HOME": str(home)}


def _read_to_link(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a user whose own kernel `python3` is broken, as after a removed conda."""
    home = tmp_path_factory.mktemp("home")
    spec = home / ".local/share/jupyter/kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True)
    broken = {
        "argv": ["/no/such/python", "{connection_file}"],
        "display_name": "x",
        "language": "",
    }
    spec.write_text(json.dumps(broken), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def course_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with a folder beside its notebooks that has the name of our package."""
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (root / "notebooks/clinic").mkdir()
    (root / "notebooks/clinic/__init__.py").write_text("hidden = True\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def running(home: Path, course_root: Path) -> Iterator[Lab]:
    """Return one JupyterLab that several tests look at."""
    with running_lab(home, course_root) as lab:
        yield lab


def run_in_kernel(lab: Lab, code: str) -> str:
    """Return what ``code`` prints in a new kernel of ``lab``."""
    made = httpx.post(
        lab.link.copy_with(path="/api/kernels"),
        json={"path": "00_start_here.ipynb"},  # so that it starts beside the lessons
        headers={"Authorization": f"token {lab.link.params['token']}"},
        trust_env=False,
    )
    channels = lab.link.copy_with(path=f"/api/kernels/{made.json()['id']}/channels", scheme="ws")
    with connect(str(channels), proxy=None) as socket_:
        request = _execute_request(code)
        socket_.send(json.dumps(request))
        printed = ""
        while True:
            message = json.loads(socket_.recv(timeout=60))
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            if message["msg_type"] in ("stream", "error"):
                printed += message["content"].get("text") or str(message["content"])
            # The reply comes on another channel and may overtake the output; this may not.
            if message["content"].get("execution_state") == "idle":
                return printed


def _execute_request(code: str) -> dict[str, Any]:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
    content = {"code": code, "silent": False}
    header |= {"session": "test", "username": ""}
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": "shell",
    }


def test_the_link_opens_the_start_page_signed_in(running: Lab) -> None:
    answer = httpx.get(running.link, trust_env=False, follow_redirects=True)
    assert running.link.path == "/lab/tree/00_start_here.ipynb"
    assert answer.status_code == 200
    assert answer.url.path == "/lab/tree/00_start_here.ipynb"  # and not /login


def test_the_link_stands_on_a_line_of_its_own(running: Lab) -> None:
    lines = [line.strip() for line in running.printed.splitlines()]
    assert str(running.link) in lines


def test_nobody_gets_in_without_the_link(running: Lab) -> None:
    bare = running.link.copy_with(path="/api/contents", query=None)
    assert httpx.get(bare, trust_env=False).status_code == 403


def test_its_root_is_the_folder_of_the_lessons(running: Lab) -> None:
    names = {entry["name"] for entry in running.get("/api/contents")["content"]}
    assert "00_start_here.ipynb" in names
    assert not names & {"solutions", "tests", "notebooks"}


def test_no_news_popup(running: Lab) -> None:
    plugin = "@jupyterlab/apputils-extension:notification"
    settings = running.get(f"/lab/api/settings/{plugin}")
    shipped = settings["schema"]["properties"]
    assert shipped["fetchNews"]["default"] == "false"
    assert shipped["checkForUpdates"]["default"] is False


def test_kernels_are_of_this_environment_and_find_the_real_package(running: Lab) -> None:
    """Neither the user's own kernel `python3` nor a folder `clinic` beside the lessons counts."""
    code = "import sys, clinic; print(sys.prefix); print(hasattr(clinic, 'hidden'))"
    assert run_in_kernel(running, code).splitlines() == [sys.prefix, "False"]


def test_ctrl_c_ends_it_and_the_terminal_stays_quiet(home: Path, course_root: Path) -> None:
    """Neither Jupyter nor a kernel buries the link under its own messages."""
    with running_lab(home, course_root) as lab:
        run_in_kernel(lab, "1")
        lab.process.send_signal(signal.SIGINT)
        rest, _ = lab.process.communicate(timeout=60)
    assert lab.process.returncode == 0
    assert rest.strip() == "JupyterLab is closed. What you saved is in your notebooks."


def test_a_second_one_takes_the_next_port(running: Lab, home: Path, course_root: Path) -> None:
    with running_lab(home, course_root) as second:
        assert second.link.port != running.link.port


def test_two_that_start_at_once_both_open(home: Path, course_root: Path) -> None:
    both = [_start(home, course_root) for _ in range(2)]
    try:
        ports = {Lab(process, _read_to_link(process)).link.port for process in both}
    finally:
        for process in both:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert len(ports) == 2


def test_a_taken_port_that_was_asked_for_is_one_sentence(home: Path, course_root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = _start(home, course_root, "--port", str(port))
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert printed.startswith(f"clinic: Port {port} is taken")
    assert len(printed.splitlines()) == 1


def test_all_default_ports_taken_is_one_sentence() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        ports = [one.getsockname()[1], two.getsockname()[1]]
        with pytest.raises(MachineError, match=f"{ports[0]} to {ports[1]} are taken"):
            lab.free_port(ports)


def test_the_first_free_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        free = spare.getsockname()[1]
        spare.close()
        assert lab.free_port([taken.getsockname()[1], free]) == free


def test_no_text_browser_where_there_is_no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not lab.has_browser()
    monkeypatch.setenv("DISPLAY", ":0")
    assert lab.has_browser()


def test_root_is_allowed_only_to_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "is_root", lambda: False)
    assert "--ServerApp.allow_root=False" in lab.lab_options(tmp_path, 1, browser=False)
