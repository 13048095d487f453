"""The namespaces in which the apps of one submission live together, and what they use there.

A :class:`Box` is a ``bwrap`` that holds namespaces open and does nothing else. Apps are not
started by it, which would take a second each: the warm launcher forks, the child enters the
namespaces, and its child in turn is inside all of them. When the last app of a box has ended, the
box goes and takes along whatever the apps left running.

Linux only. The launcher that calls this has one thread, as setns(2) demands for user namespaces.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic import confinement
from clinic.confinement import Limits
from clinic.errors import MachineError
from clinic.process_tree import Entry, Usage, open_sockets, proportional, tree, usage

LONGEST_ENTRY = 10.0
_WAITING = ("/bin/sh", "-c", "echo; read wait")
_OF_THE_BOX = 2
"""Processes of each box that are none of the submission: its first one, and what waits."""
_CROWD = 8
_NS_GET_USERNS = 0xB701
_INFO = 3


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """How boxes are made: ``holder`` is the command line of bwrap for all of them.

    Each folder in ``store`` is mounted at the same name in ``view``, where its apps and the
    checks find it; it has the parts ``work``, ``tmp`` and ``shm``.
    """

    holder: tuple[str, ...]
    store: str
    view: str
    limits: Limits

    @classmethod
    def from_json(cls, plan: Mapping[str, Any]) -> BoxPlan:
        """Return the plan that :meth:`to_json` wrote."""
        limits = Limits(**plan["limits"])
        return cls(tuple(plan["holder"]), plan["store"], plan["view"], limits)

    def to_json(self) -> dict[str, Any]:
        """Return the plan for a message."""
        limits = {name: getattr(self.limits, name) for name in Limits.__slots__}
        return {
            "holder": list(self.holder),
            "store": self.store,
            "view": self.view,
            "limits": limits,
        }

    def command(self, name: str) -> list[str]:
        """Return the command line for the submission whose folder has that ``name``."""
        stored = f"{self.store}/{name}"
        return [
            *self.holder,
            # The folder itself stays out of reach: a part replaced by a link would be mounted.
            *("--bind", f"{stored}/work", f"{self.view}/{name}/work"),
            *("--bind", f"{stored}/tmp", "/tmp"),  # noqa: S108 - of the box
            *("--bind", f"{stored}/shm", "/dev/shm"),  # noqa: S108
            *("--remount-ro", self.view, "--remount-ro", "/dev", "--chdir", "/"),
            *("--info-fd", str(_INFO), "--", *_WAITING),
        ]


@dataclass(slots=True)
class Box:
    """Open namespaces, the process that holds them, and the apps inside."""

    limits: Limits
    monitor: int
    init: int
    init_file: int
    hold: int
    namespaces: tuple[int, ...]
    processes: int
    apps: set[int] = field(default_factory=set)
    spent: float = 0.0
    seen: float = 0.0
    verdict: str = ""
    skip: int = 0

    @classmethod
    def open(cls, plan: BoxPlan, name: str, skip: int = 0) -> Box:
        """Make the namespaces. Raises MachineError when this machine refuses.

        ``skip`` process ids are left out. An app may note its id in a file and see at the next
        start that no process has it any more; in fresh namespaces the same ids would come again.
        """
        for part in ("work", "tmp", "shm"):
            _make_folder(Path(plan.store, name, part))
        monitor, hold, told, info = _spawn(plan.command(name))
        try:
            said = _read_line(told).strip()
            if said:
                raise OSError(said)
            init = int(json.loads(_read_within(info, LONGEST_ENTRY))["child-pid"])
            seen = os.open(f"/proc/{init}/root/proc", os.O_RDONLY | os.O_DIRECTORY)
            files = (os.pidfd_open(init), hold, _namespaces(init), seen)
            return cls(plan.limits, monitor, init, *files, skip=skip)
        except (OSError, ValueError, KeyError) as error:
            _kill(monitor)
            os.waitpid(monitor, 0)
            os.close(hold)
            raise MachineError(f"The sandbox for a submission cannot be made: {error}.") from error
        finally:
            os.close(told)
            os.close(info)

    def enter(self, keep: Sequence[int]) -> int:
        """Fork a process inside: return its id here, and 0 in the process itself.

        The process inside has no privilege and no descriptor but ``keep``. Raises MachineError
        when it cannot be confined; then nothing of the submission has run or been read.
        """
        mine, theirs = os.pipe()
        between = os.fork()
        if between == 0:
            self._go_inside(theirs, keep)
            return 0
        self.skip = 0
        os.close(theirs)
        try:
            return self._await_entry(mine, between)
        finally:
            os.close(mine)

    def _go_inside(self, report: int, keep: Sequence[int]) -> None:
        """In the forked child: return only in the grandchild, confined."""
        try:
            for namespace in self.namespaces:
                confinement.setns(namespace)
            for _ in range(self.skip):
                _use_up_an_id()
            inside = os.fork()
            if inside:
                os.write(report, f"pid {inside}\n".encode())
                os._exit(0)
            os.setsid()
            _close_all_but((*keep, report))
            confinement.confine(self.limits)
            os.write(report, b"confined\n")
            os.close(report)
        except BaseException as error:
            os.write(report, f"failed {error}\n".encode())
            os._exit(1)

    def _await_entry(self, report: int, between: int) -> int:
        """Return the grandchild's id once it is confined."""
        heard, deadline = b"", time.monotonic() + LONGEST_ENTRY
        while b"confined" not in heard or b"pid" not in heard:
            data = _read_within(report, deadline - time.monotonic())
            heard += data
            if not data or b"failed" in heard:
                break
        if b"confined" not in heard:
            _kill(between)  # on a machine that is too busy it may not have come so far
        os.waitpid(between, 0)
        lines = dict(line.split(" ", 1) for line in heard.decode().splitlines() if " " in line)
        pid = int(lines.get("pid", 0))
        if b"confined" in heard and pid:
            self.apps.add(pid)
            return pid
        if pid:
            _kill(pid)
            os.waitpid(pid, 0)
        raise MachineError(f"An app cannot be confined: {lines.get('failed', 'it ended early')}.")

    def left(self, pid: int, seconds: float) -> None:
        """Note that an app was reaped, which had used ``seconds`` of processor time."""
        self.apps.discard(pid)
        self.spent += seconds

    def end_crowd(self) -> str:
        """End everything inside if there are too many processes; return why, or "".

        This is to be quick, and asked first: where a hundred processes do nothing but fork, this
        one hardly gets to run, and to look at each of them would take it many seconds.
        """
        found = sum(name.isdecimal() for name in os.listdir(self.processes))
        if found > self.limits.processes + _OF_THE_BOX and not self.verdict:
            most = self.limits.processes
            self.verdict = f"The app was ended: it started more than {most} processes."
            self.kill()
        return self.verdict

    def watch(self, entries: Mapping[int, Entry], baseline: int) -> str:
        """Slow down or end what uses too much; return why it was ended, or "".

        ``baseline`` are the bytes that each process shares with the launcher.
        """
        members = tree(entries, {self.init, *self.apps})
        used = usage(members, baseline)
        self._count(used)
        if len(members) > _CROWD or self.spent > self.limits.busy_seconds:
            _make_idle([entry.pid for entry in members if entry.pid != self.init])
        self.verdict = self.verdict or self._excess(used, members)
        if self.verdict:
            self.kill()
        return self.verdict

    def _count(self, used: Usage) -> None:
        self.spent += max(used.seconds - self.seen, 0)
        self.seen = used.seconds

    def _excess(self, used: Usage, members: Sequence[Entry]) -> str:
        limits = self.limits
        if used.memory > limits.memory and _really_used(members) > limits.memory:
            return f"The app was ended: it used more than {limits.memory // 1024**2} MB of memory."
        if self.spent > limits.cpu_seconds:
            return f"The app was ended: it computed for more than {limits.cpu_seconds} s."
        if used.threads > limits.threads + 8:
            return f"The app was ended: it started more than {limits.threads} threads."
        if open_sockets() > limits.sockets:
            return f"The app was ended: it opened more than {limits.sockets} sockets."
        return ""

    def kill(self) -> None:
        """Kill everything inside; returns at once."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.init_file, signal.SIGKILL)

    def close(self, others: Container[int] = ()) -> None:
        """Kill everything inside and wait until it is gone, at most ``LONGEST_ENTRY`` seconds.

        A namespace ends when all its processes are reaped (pid_namespaces(7)), and one that was
        killed on its way in is a child of this process that nobody knows. So all dead children are
        reaped meanwhile but ``others``, which are somebody else's to reap.
        """
        self.kill()
        deadline = time.monotonic() + LONGEST_ENTRY
        while not _reaped(self.monitor) and time.monotonic() < deadline:
            for pid in _children():
                if pid != self.monitor and pid not in others:
                    _reaped(pid)
            time.sleep(0.001)
        for number in (self.hold, self.init_file, self.processes, *self.namespaces):
            os.close(number)


def _children() -> list[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in text.split()]


def _reaped(pid: int) -> bool:
    """Tell whether a child is gone, reaping it if it is dead."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _make_folder(folder: Path) -> None:
    """Make a folder that is to be mounted, if it is not there; a link is none."""
    try:
        folder.mkdir(exist_ok=True)
        if folder.is_symlink():
            raise NotADirectoryError(f"{folder.name} is a link")
    except OSError as error:
        raise MachineError(f"The sandbox for a submission cannot be made: {error}.") from error


def _spawn(command: Sequence[str]) -> tuple[int, int, int, int]:
    """Start bwrap; return its id, what keeps it waiting, its output and its information."""
    (waits, hold), (told, tells), (info, informs) = os.pipe(), os.pipe(), os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, waits, 0),
        (os.POSIX_SPAWN_DUP2, tells, 1),
        (os.POSIX_SPAWN_DUP2, tells, 2),
        (os.POSIX_SPAWN_DUP2, informs, _INFO),
    ]
    try:
        pid = os.posix_spawn(command[0], list(command), {}, file_actions=actions)
    finally:
        for number in (waits, tells, informs):
            os.close(number)
    return pid, hold, told, info


def _namespaces(init: int) -> tuple[int, ...]:
    """Return descriptors of the namespaces of a process, in the order in which to enter them.

    bwrap may have made a second user namespace inside the one that owns the others, to keep its
    guests from making more. The owner comes first: only there do we have the right to enter.
    """
    folder = Path(f"/proc/{init}/ns")
    inner = os.open(folder / "user", os.O_RDONLY)
    mounts = os.open(folder / "mnt", os.O_RDONLY)
    owner = fcntl.ioctl(mounts, _NS_GET_USERNS)
    rest = [os.open(folder / kind, os.O_RDONLY) for kind in ("ipc", "uts", "cgroup", "pid")]
    if os.fstat(owner).st_ino == os.fstat(inner).st_ino:
        os.close(inner)
        return (owner, mounts, *rest)
    return (owner, mounts, *rest, inner)


def _use_up_an_id() -> None:
    with contextlib.suppress(FileNotFoundError):  # a process begins all the same, and ends
        os.posix_spawn("/none", ["none"], {})


def _close_all_but(keep: Sequence[int]) -> None:
    before = 3
    for number in sorted(keep):
        os.closerange(before, number)
        before = number + 1
    os.closerange(before, os.sysconf("SC_OPEN_MAX"))


def _really_used(members: Sequence[Entry]) -> int:
    """Return the bytes of some processes, what they share counted once; this takes longer."""
    exact = ((proportional(entry.pid), entry.resident) for entry in members)
    return sum(resident if known is None else known for known, resident in exact)


def _make_idle(pids: Sequence[int]) -> None:
    """Let processes run only when no other wants to; they cannot undo it (sched(7)).

    Where the kernel shares the processors out between sessions first, each session has to give way
    too: inside one of its own, a process that is idle takes a whole share. (What holds the box
    open is in the session of this process.)
    """
    ours = os.getsid(0)
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setscheduler(int(thread), os.SCHED_IDLE, os.sched_param(0))
            if os.getsid(pid) != ours:
                _make_session_give_way(Path(f"/proc/{pid}/autogroup"))


def _make_session_give_way(group: Path) -> None:
    """Make a session the least important: sched(7), "The autogroup feature".

    The kernel lets users without privileges do so ten times a second (it answers EAGAIN to the
    rest); whoever watches comes again.
    """
    if not group.read_text().endswith("nice 19\n"):
        group.write_text("19")


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _read_line(number: int) -> str:
    line, deadline = b"", time.monotonic() + LONGEST_ENTRY
    while not line.endswith(b"\n"):
        data = _read_within(number, deadline - time.monotonic())
        if not data:
            return line.decode(errors="replace") or "it ended early"
        line += data
    return line.decode(errors="replace")


def _read_within(number: int, seconds: float) -> bytes:
    """Return what comes next, b"" at the end and when nothing comes within ``seconds``."""
    ready, _, _ = select.select([number], [], [], max(seconds, 0))
    return os.read(number, 4096) if ready else b""
