"""A learner's machine: a copy of the course, `clinic lab` as `make lab` starts it, Chromium."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.lab_page import WINDOW, LabPage
from playwright.sync_api import Browser, sync_playwright
from test_lab import Lab, running_lab

ROOT = Path(__file__).resolve().parents[2]
# All cells in the page at once, also those out of sight, so that a test can count them.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests on one worker: together they need more memory than time."""
    for item in items:
        if ROOT / "tests/browser" in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture
def course_copy(tmp_path: Path) -> Path:
    """Return a copy of the checkout as it is now, without what git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = tmp_path / "course" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return tmp_path / "course"


@pytest.fixture
def lab(tmp_path: Path, course_copy: Path) -> Iterator[Lab]:
    """Return a running JupyterLab of a user who has never used one before."""
    home = tmp_path / "home"
    for plugin, values in SETTINGS.items():
        path = home / f".jupyter/lab/user-settings/{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    with running_lab(home, course_copy, "--port", str(free_port())) as lab:
        yield lab


def free_port() -> int:
    """Return a port far from the default ones.

    Labs that start in the very same moment, in another worker or another checkout, look for the
    first free default port: Jupyter gives up when another one comes first.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return the Chromium of this machine.

    Not for the whole session: as long as Playwright is there, it keeps an event loop running in
    this thread, and later tests of the same worker could not start one of their own.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.fail(
            "The browser tests need Chromium. On Debian and Ubuntu: sudo apt install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def lab_page(lab: Lab, course_copy: Path, chromium: Browser) -> Iterator[LabPage]:
    """Return an empty page of a new browser profile; open a notebook with it."""
    context = chromium.new_context(viewport=WINDOW)
    yield LabPage(context.new_page(), lab.link, course_copy / "notebooks")
    context.close()
