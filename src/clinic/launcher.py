"""The child side of the trust boundary: fork one fresh process per start, run a cell, serve it.

``python -m clinic.launcher FD`` imports what nearly every app imports once, then waits on the
Unix socket ``FD``. Each ``start`` message comes with five file descriptors of the trusted side:
the listening socket (bound before the start, so there is no race for a port), the write ends of
the pipes for stdout and stderr, the write end of a status pipe, and a file with the order: the
text of the cell, its environment and so on. The forked child reads the order, runs the cell and
serves its ``app`` on that socket. The launcher itself never reads an order, so its memory, which
every child inherits, holds nothing of any submission.

A ``warm`` message asks for the modules of databases as well.
After a ``confine`` message (for grading, see :mod:`clinic.boxes`) each child is locked in before
it reads its order, and the launcher watches what it uses. Without it, nothing that this process
says is trusted: it shares its user with the code under judgement.
When the trusted side goes away, the socket ends, and the launcher kills what it started and ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import select
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinic import messages
from clinic.errors import MachineError, StartError

if TYPE_CHECKING:
    from clinic.boxes import Box, BoxPlan

WARM_MODULES = (
    "clinic.cell",
    "fastapi",
    "httpcore",
    "httpx",
    # FastAPI and uvicorn import these when they first need them, which is in each fork anew. The
    # first took 22 of 49 ms of a start (FastAPI 0.165, pydantic 2.14), uvicorn's 10.
    "pydantic.v1",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
DATABASE_MODULES = ("sqlalchemy.ext.asyncio", "aiosqlite", "sqlalchemy.dialects.sqlite.aiosqlite")
"""A third of all the time, for the few exercises with a database; see :func:`needs_database`."""

IDS_PER_START = 16
"""Process ids that the starts of one submission lie apart, see :meth:`clinic.boxes.Box.open`."""

TICK = 0.05
"""Seconds between two looks at what confined apps use."""

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def needs_database(source: str) -> bool:
    """Tell whether an app probably imports SQLAlchemy; being wrong costs a little time."""
    return "sqlalchemy" in source


def warm_up(modules: Sequence[str] = WARM_MODULES) -> None:
    """Import once what the forked apps need, so that a start costs milliseconds.

    Only modules are shared; the apps get no object that one of them could leave to the next.
    """
    import importlib

    gc.disable()  # it would look at every new module and find nothing
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    # Forked children then do not copy these pages when their own collector runs.
    gc.freeze()
    gc.enable()


@dataclass(frozen=True, slots=True)
class StartOrder:
    """What a child must do; ``files`` are listener, stdout, stderr and status, in this order."""

    source: str
    workdir: str
    env: dict[str, str]
    files: tuple[int, int, int, int]
    trust_proxy: bool
    root_path: str


def read_order(files: list[int]) -> StartOrder:
    """In the child: return the order that stands in the last of the five files; close it."""
    listener, stdout, stderr, status, number = files
    with open(number, encoding="utf-8") as file:
        file.seek(0)
        order = json.load(file)
    return StartOrder(
        order["source"],
        order["workdir"],
        order["env"],
        (listener, stdout, stderr, status),
        order["trust_proxy"],
        order["root_path"],
    )


@dataclass(slots=True)
class Launcher:
    """Waits for orders, forks children, and reports how they end."""

    control: socket.socket
    children: dict[int, str] = field(default_factory=dict)
    wake: tuple[int, int] = field(default_factory=os.pipe)
    plan: BoxPlan | None = None
    boxes: dict[str, Box] = field(default_factory=dict)
    opened: Counter[str] = field(default_factory=Counter)

    def run(self) -> Callable[[], int] | None:
        """Serve orders until the other side is gone.

        Returns in the *child* with the job to do (so that it runs on a clean stack and ends as a
        program does, with its atexit functions), and ``None`` in the launcher itself.
        """
        self._wake_on_child_exit()
        look = 0.0
        while True:
            tick = max(look - time.monotonic(), 0) if self.boxes else None
            ready, _, _ = select.select([self.control.fileno(), self.wake[0]], [], [], tick)
            if self.wake[0] in ready:
                os.read(self.wake[0], 4096)
                self._reap()
            if self.boxes and time.monotonic() >= look:
                self._watch()
                look = time.monotonic() + TICK
            if self.control.fileno() in ready:
                message = messages.receive(self.control)
                if message is None:
                    self._kill_all()
                    return None
                job = self._obey(*message)
                if job is not None:
                    return job

    def _wake_on_child_exit(self) -> None:
        os.set_blocking(self.wake[1], False)
        signal.set_wakeup_fd(self.wake[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _obey(self, message: dict[str, Any], files: list[int]) -> Callable[[], int] | None:
        if message["op"] == "start":
            return self._start(message, files)
        if message["op"] == "confine":
            from clinic.boxes import BoxPlan

            self.plan = BoxPlan.from_json(message)
            return None
        if message["op"] == "warm":
            warm_up(DATABASE_MODULES)
            return None
        for pid, name in self.children.items():
            if name == message["name"]:
                _signal_group(pid, int(message["signal"]))
        return None

    def _start(self, message: dict[str, Any], files: list[int]) -> Callable[[], int] | None:
        try:
            plan = self.plan
            pid = self._fork() if plan is None else self._fork_inside(plan, message, files)
        except MachineError as error:
            self._tell({"event": "refused", "name": message["name"], "reason": str(error)})
            pid = None
        if pid == 0:
            return lambda: serve_order(read_order(files))
        if pid is not None:
            self.children[pid] = message["name"]
        for number in files:
            os.close(number)
        return None

    def _fork(self) -> int:
        launcher = os.getpid()
        pid = os.fork()
        if pid == 0:
            _die_with(launcher)
            os.setsid()
            self._forget_the_launcher()
            self.control.close()
            for number in self.wake:
                os.close(number)
        return pid

    def _fork_inside(self, plan: BoxPlan, message: dict[str, Any], files: list[int]) -> int:
        """Fork into the box of the submission, a new one if none of its apps lives."""
        from clinic.boxes import Box

        name = str(message["box"])
        if name not in self.boxes:
            self.boxes[name] = Box.open(plan, name, self.opened[name] * IDS_PER_START)
            self.opened[name] += 1
        try:
            pid = self.boxes[name].enter(files)
        except MachineError:
            self._close_empty(name)
            raise
        if pid == 0:
            self._forget_the_launcher()
            self.control.detach()  # closed already
            self.boxes.clear()
        return pid

    def _forget_the_launcher(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    def _watch(self) -> None:
        """Look at what each box uses, and tell of those that used too much."""
        from clinic.process_tree import all_processes

        going = [box for box in self.boxes.values() if not box.verdict]
        if not [box for box in going if box.end_crowd()]:
            entries = all_processes()
            baseline = entries[os.getpid()].resident
            for box in going:
                box.watch(entries, baseline)
        for box in going:
            for name in [self.children[pid] for pid in box.apps if box.verdict]:
                self._tell({"event": "stopped", "name": name, "reason": box.verdict})

    def _reap(self) -> None:
        while (pid := _dead_child()) is not None:
            # What the app itself had started; until it is reaped, its id is nobody else's.
            _signal_group(pid, signal.SIGKILL)
            _, status, used = os.wait4(pid, 0)
            self._leave_box(pid, used.ru_utime + used.ru_stime)
            name = self.children.pop(pid, None)
            if name is not None:
                code = os.waitstatus_to_exitcode(status)
                self._tell({"event": "exit", "name": name, "status": code})
        if not self.children:
            _kill_strays()

    def _leave_box(self, pid: int, seconds: float) -> None:
        for name, box in list(self.boxes.items()):
            if pid in box.apps:
                box.left(pid, seconds)
                self._close_empty(name)

    def _close_empty(self, name: str) -> None:
        """Close a box without apps: whatever they left running ends with it."""
        if not self.boxes[name].apps:
            box = self.boxes.pop(name)
            box.close({*self.children, *(other.monitor for other in self.boxes.values())})

    def _tell(self, event: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            messages.send(self.control, event)

    def _kill_all(self) -> None:
        for box in self.boxes.values():
            box.kill()
        for pid in self.children:
            _signal_group(pid, signal.SIGKILL)
        _kill_strays()


def _dead_child() -> int | None:
    """Return the id of a child that has ended and is not reaped yet, or None."""
    with contextlib.suppress(ChildProcessError):
        dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return dead.si_pid if dead is not None else None
    return None


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # forked a moment ago, and leads no group yet
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    except PermissionError:
        return


def _adopt_orphans() -> None:
    """Become the parent of what an app leaves behind in sessions of its own (Linux, prctl(2))."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _kill_strays() -> None:
    """Kill all children of this process; called when no app lives that could still need one."""
    with contextlib.suppress(OSError):  # a kernel without this file, or no Linux
        while children := Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            for pid in map(int, children):
                _signal_group(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def serve_order(order: StartOrder) -> int:
    """In the child: run the cell, serve its app until a signal; return the exit status."""
    listener, stdout, stderr, status = order.files
    _settle_in(order, stdout, stderr)
    with open(status, "w", encoding="utf-8", buffering=1) as report:
        try:
            from clinic.cell import load_app

            app = load_app(order.source)
            sock = socket.socket(fileno=listener)
            return _serve(app, sock, lambda: _say(report, "ready"), order)
        except StartError as error:
            if error.__cause__ is not None:
                _print_cause(error.__cause__)
            _say(report, "failed", str(error))
            return 1


def _say(report: Any, state: str, message: str = "") -> None:
    with contextlib.suppress(OSError, ValueError):
        report.write(json.dumps({"state": state, "message": message}) + "\n")
        report.flush()
        report.close()


def _settle_in(order: StartOrder, stdout: int, stderr: int) -> None:
    """Make the forked process look like one that was started for this app alone."""
    for number in order.files:
        os.set_inheritable(number, False)  # not for the programs that the app may start
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
        os.close(source)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(order.env)
    os.chdir(order.workdir)
    sys.path[:] = [order.workdir, *[entry for entry in sys.path if entry]]
    sys.argv = ["exercise"]
    random.seed()  # a fork inherits the state of its parent's generator


def _die_with(parent: int) -> None:
    """Ask Linux to kill this process when the launcher dies (prctl(2))."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value)


def _print_cause(cause: BaseException) -> None:
    import traceback

    traceback.print_exception(cause)


def _serve(
    app: Callable[..., Any],
    listener: socket.socket,
    ready: Callable[[], None],
    order: StartOrder,
) -> int:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    # proxy_headers=False: uvicorn trusts X-Forwarded-For from 127.0.0.1 otherwise (0.54), and
    # every client of a check comes from there. The address is named, since an app may have set
    # the variable FORWARDED_ALLOW_IPS.
    config = uvicorn.Config(
        app,
        proxy_headers=order.trust_proxy,
        forwarded_allow_ips="127.0.0.1",
        root_path=order.root_path,
        log_level="info",
        use_colors=False,
    )
    server = Server(config)
    server.run(sockets=[listener])
    return 0 if server.started else 3


def main(argv: list[str]) -> int:
    """Run the launcher on the inherited socket whose number is the only argument."""
    control = socket.socket(fileno=int(argv[0]))
    control.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the trusted side decides when this ends
    _adopt_orphans()
    warm_up()
    with contextlib.suppress(OSError):  # nobody waits for it any more; the run ends at once
        messages.send(control, {"event": "warm"})
    job = Launcher(control).run()
    if job is None:
        return 0
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return job()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
