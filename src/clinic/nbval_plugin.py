"""A pytest plugin that lets nbval judge on demand: ``pytest -p clinic.nbval_plugin --nbval-lax``.

pytest collects a check notebook and starts its kernel, then waits in front of the first cell for
a job from the process that started it. So a verdict costs what its check costs: pytest, the kernel
and the imports were paid before. Only :mod:`clinic.nbval_run` loads it.
"""

from __future__ import annotations

import ast
import contextlib
import os
import queue
import socket
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from clinic import messages
from clinic.exercise import rule_of_check
from clinic.formats import leave_out_iris
from clinic.scratch import remove_tree

# Before pytest loads nbval, which imports nbformat, which imports jsonschema.
leave_out_iris()

CHANNEL = "CLINIC_JUDGE"

LONGEST_CELL = 60.0

NO_HISTORY = "--HistoryManager.enabled=False"

WARM_UP = """
import clinic.checking, clinic.kernel_pipe
clinic.kernel_pipe.close_output_pipe()
clinic.checking.warm()
"""


def ignore_stderr(file: Any) -> None:
    """Let nbval compare only what facts print, not what Python says beside it on stderr.

    Such as asyncio, of an app that still connects to a partner while that is being stopped.
    """
    if "stderr" not in file.skip_compare:
        file.skip_compare = (*file.skip_compare, "stderr")


def imports_of(sources: Iterable[str]) -> list[str]:
    """Return the import statements at the top level of cells, each once."""
    nodes: list[ast.stmt] = []
    for source in sources:
        with contextlib.suppress(SyntaxError):  # told when the check runs
            nodes += ast.parse(source).body
    imports = [ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    return sorted(set(imports))


def pytest_configure(config: pytest.Config) -> None:
    """Register the judge, and give nbval kernels that listen on files and not on TCP ports."""
    _use_ipc()
    channel = socket.socket(fileno=int(os.environ.pop(CHANNEL)))
    # The kernel must not inherit the channel through the environment; the descriptor is closed
    # for it by default (PEP 446).
    channel.set_inheritable(False)
    config.pluginmanager.register(Judge(channel), "clinic-judge")


def pytest_unconfigure() -> None:
    """Remove the judge's files, also when the process that started it was killed."""
    scratch = Path(os.environ["CLINIC_SCRATCH"])
    for _ in range(20):  # an app that is ending may still write
        remove_tree(scratch)
        # In a sandbox the folder itself, a mount point, stays; it is empty then.
        if not scratch.exists() or not os.listdir(scratch):
            break
        time.sleep(0.05)


def _use_ipc() -> None:
    """Make nbval's kernels listen on Unix sockets, which nobody on the network can reach."""
    import nbval.kernel  # type: ignore[import-untyped]
    from jupyter_client.manager import KernelManager

    class IpcKernelManager(KernelManager):
        def __init__(self, **options: Any) -> None:
            # Without a path of its own, jupyter_client 8 puts the sockets into the working
            # directory, and the kernel's is another than pytest's. It is kept short, because a
            # socket's path has at most 107 characters (103 on macOS).
            super().__init__(transport="ipc", ip=f"{os.environ['CLINIC_SCRATCH']}/k", **options)

        def start_kernel(self, **options: Any) -> Any:
            # Nobody reads the history of a check, and each cell would be written to a database.
            return super().start_kernel(extra_arguments=[NO_HISTORY], **options)

    nbval.kernel.KernelManager = IpcKernelManager


class Judge:
    """Runs the check cells that each job names, and reports each with what it wrote.

    The kernel is trusted and runs no learner code, so one kernel judges any number of jobs.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._report = Path(os.environ["CLINIC_REPORT"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Warm the kernel up, then serve jobs until the other side is gone."""
        items: dict[str | None, Any] = {rule_of_check(i.cell.source): i for i in _cells(session)}
        # Set up the file only, which holds the kernel: pytest refuses to set up an item while
        # another one stands.
        file = next(iter(items.values())).parent
        session._setupstate.setup(file)
        ignore_stderr(file)
        kernel = file.kernel
        _hide_checks(session)
        _watch(kernel, self._channel)
        _run_silently(
            kernel, "\n".join([WARM_UP, *imports_of(i.cell.source for i in items.values())])
        )
        while (job := self._next_job()) is not None and self._do(job, items, file):
            pass
        session._setupstate.teardown_exact(None)
        return True

    def _do(self, job: list[str], items: dict[str | None, Any], file: Any) -> bool:
        """Run the cells of a job; return False, at once, when the kernel is of no use any more."""
        for rule in job:
            item = items[rule]
            item.test_outputs = []  # those of an earlier job
            # Something of the same file comes next: pytest ends the item and keeps the kernel.
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=file)
            if _is_spent(file):
                return False
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: Any, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Report the outcome of one cell, and what its facts wrote, to the other side."""
        report = yield
        if call.when == "call" or report.failed:
            event = {
                "event": "item",
                "rule": rule_of_check(item.cell.source),
                # An xfail or xpass is nbval's mark after a time-out; it is never a pass.
                "passed": report.passed and not hasattr(report, "wasxfail"),
                "seconds": report.duration,
                "message": _told(item, call.excinfo),
                "rows": self._take_rows(),
                "last": _is_spent(item.parent),
            }
            messages.send(self._channel, event)
        return report

    def _next_job(self) -> list[str] | None:
        messages.send(self._channel, {"event": "waiting"})
        received = messages.receive(self._channel)
        return None if received is None else [str(rule) for rule in received[0]["rules"]]

    def _take_rows(self) -> list[str]:
        if not self._report.exists():
            return []
        rows = self._report.read_text("utf-8").splitlines()
        self._report.unlink()
        return rows


def _hide_checks(session: pytest.Session) -> None:
    """Remove the judge's own copy of the checks, which is read by now."""
    for path in {item.path for item in _cells(session)}:
        if path.is_relative_to(os.environ["CLINIC_SCRATCH"]):
            path.unlink(missing_ok=True)


def _is_spent(file: Any) -> bool:
    """Tell whether no further cell can be judged with the file's kernel.

    nbval marks all that follows a time-out as expected to fail.
    """
    return bool(file.timed_out) or not file.kernel.is_alive()


def _cells(session: pytest.Session) -> list[Any]:
    return list(session.items)


def _run_silently(kernel: Any, source: str) -> None:
    message_id = kernel.execute_cell_input(source, allow_stdin=False)
    kernel.await_reply(message_id, timeout=LONGEST_CELL)
    kernel.await_idle(message_id, LONGEST_CELL)


def _watch(kernel: Any, channel: socket.socket) -> None:
    """Let nbval see soon that its kernel has died, or that nobody wants the verdict any more.

    It would wait for the whole time-out.
    """
    get_message = kernel.get_message

    def watched(stream: str, timeout: float | None = None) -> Any:
        deadline = time.monotonic() + (LONGEST_CELL if timeout is None else timeout)
        while True:
            left = deadline - time.monotonic()
            try:
                return get_message(stream, min(max(left, 0.001), 0.5))
            except queue.Empty:
                if _hung_up(channel):
                    pytest.exit("nobody waits for the verdict any more")
                if not kernel.is_alive():
                    raise RuntimeError("the kernel of the check died") from None
                if left <= 0:
                    raise

    kernel.get_message = watched


def _hung_up(channel: socket.socket) -> bool:
    try:
        return not channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError as error:
        return not isinstance(error, BlockingIOError)


def _told(item: Any, failure: pytest.ExceptionInfo[BaseException] | None) -> str:
    """Return why a cell failed, without the text of the check, which learners shall not see."""
    if failure is None:
        return ""
    outputs = getattr(item, "test_outputs", None) or ()
    raised = [f"{out.ename}: {out.evalue}" for out in outputs if out.output_type == "error"]
    return f"The check failed: {raised[0] if raised else failure.value}"[:1000]
