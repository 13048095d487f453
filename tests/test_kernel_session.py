"""What ``import clinic`` does in a kernel, and that it does nothing elsewhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes_of import command_of
from test_verification import Kernel, kernel_in
from tiny_checks import ECHO, NOTEBOOK, write_checks

import clinic
from clinic.stubs import wait_until

pytestmark = pytest.mark.xdist_group("verification")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel_in(write_checks(tmp_path_factory.mktemp("course"))) as running:
        yield running


def test_asyncio_run_works_in_a_cell_and_so_does_await(kernel: Kernel) -> None:
    source = """
    import asyncio

    async def twice(n):
        await asyncio.sleep(0)
        return 2 * n

    print(asyncio.run(twice(1)), await twice(2), asyncio.run(twice(3)))
    """
    assert kernel.run(source) == "2 4 6\n"
    assert kernel.run("print(await twice(4))") == "8\n"


def test_runs_are_noted_once_also_when_clinic_is_imported_again(kernel: Kernel) -> None:
    kernel.run("import importlib, clinic; importlib.reload(clinic)")
    kernel.run(ECHO)
    source = """
    from clinic.exercise import CellRecorder, latest_run
    callbacks = get_ipython().events.callbacks["pre_run_cell"]
    print(sum(isinstance(c, CellRecorder) for c in callbacks), "echo" in latest_run("echo"))
    """
    assert kernel.run(source) == "1 True\n"


def test_no_judge_waits_where_the_notebook_is_not_known(kernel: Kernel) -> None:
    assert kernel.judges() == []


@pytest.mark.parametrize(
    ("session", "judges"),
    [(f"lessons/{NOTEBOOK}", 1), ("other.ipynb", 0)],
    ids=["lesson", "other"],
)
def test_the_judge_of_the_open_notebook_is_started_ahead(
    session: str, judges: int, tmp_path: Path
) -> None:
    with kernel_in(write_checks(tmp_path), session=session) as kernel:

        def waiting() -> list[str]:
            commands = map(command_of, kernel.judges())
            return [command for command in commands if "nbval_plugin" in command]

        if judges:
            assert wait_until(lambda: len(waiting()) == judges, 20)
            assert "✔ echo: repaired" in kernel.verify(ECHO)
        assert len(waiting()) == judges


def test_outside_a_kernel_nothing_happens_and_nothing_heavy_is_imported() -> None:
    script = """
import sys, threading
import clinic
heavy = {"fastapi", "uvicorn", "httpx", "nbformat", "IPython", "pytest", "asyncio"}
print(sorted(heavy & set(sys.modules)), threading.active_count())
print(dir(clinic) == sorted(clinic.__all__))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[] 1\nTrue\n", "")


def test_every_public_name_is_there() -> None:
    for name in clinic.__all__:
        assert callable(getattr(clinic, name))
    with pytest.raises(AttributeError, match="module 'clinic' has no attribute 'verfy'"):
        _ = clinic.verfy
