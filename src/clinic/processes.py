"""The trusted side of the trust boundary: start apps through a launcher, watch and stop them.

Everything that comes back from an app is bytes with a limit. An exit status or a status line tells
why something did not work; neither is ever a verdict.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clinic import messages
from clinic.errors import MachineError, StartError
from clinic.launcher import needs_database

MOST_LOG_BYTES = 1_000_000
MOST_STATUS_BYTES = 16_384
LONGEST_START = 20.0
LONGEST_WARM_UP = 60.0
GONE = "The process that starts the apps is gone; verify again."


class Tail:
    """Reads a pipe on a thread and keeps its first and its last half megabyte.

    A program that prints for ever is slowed by nothing and fills nothing.
    """

    def __init__(self, *copies: Tail) -> None:
        """Keep what is read; also hand it to ``copies``, in the order of arrival."""
        self._copies = copies
        self._changed = threading.Condition()
        self._head = bytearray()
        self._rest: deque[bytes] = deque()
        self._rest_size = 0
        self._dropped = 0
        self._open = 0

    def attach(self) -> int:
        """Return the write end of a new pipe that this object drains until it is closed."""
        read_end, write_end = os.pipe()
        with self._changed:
            self._open += 1
        threading.Thread(target=self._drain, args=(read_end,), daemon=True).start()
        return write_end

    def text(self) -> str:
        """Return what has been written so far."""
        with self._changed:
            gap = f"\n[... {self._dropped} bytes left out ...]\n" if self._dropped else ""
            kept = bytes(self._head) + gap.encode() + b"".join(self._rest)
        return kept.decode("utf-8", "replace")

    def wait_until_closed(self, seconds: float) -> None:
        """Wait until every writer has gone, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: self._open == 0, seconds)

    def _drain(self, read_end: int) -> None:
        with open(read_end, "rb", buffering=0) as pipe:
            while data := pipe.read(65536):
                for tail in (self, *self._copies):
                    tail.add(data)
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def add(self, data: bytes) -> None:
        """Append ``data`` as if it had been read."""
        with self._changed:
            self._keep(data)
            self._changed.notify_all()

    def _keep(self, data: bytes) -> None:
        room = MOST_LOG_BYTES // 2 - len(self._head)
        self._head += data[:room] if room > 0 else b""
        rest = data[max(room, 0) :]
        if not rest:
            return
        self._rest.append(rest)
        self._rest_size += len(rest)
        while self._rest_size - len(self._rest[0]) > MOST_LOG_BYTES // 2:
            gone = len(self._rest.popleft())
            self._rest_size -= gone
            self._dropped += gone


@dataclass(slots=True)
class LauncherClient:
    """A running launcher process and the socket to it. Closing it kills all its apps."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    with_database: bool = False
    exits: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)
    confined: bool = False
    warm: bool = False
    # A time limit sends its signal from another thread, in the middle of an order.
    sending: threading.Lock = field(default_factory=threading.Lock)
    hearing: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, prefix: Sequence[str] = ()) -> LauncherClient:
        """Start a launcher; ``prefix`` is a command that runs it in a sandbox."""
        ours, theirs = socket.socketpair()
        ours.settimeout(LONGEST_START)  # for one message, once it has begun
        command = [*prefix, sys.executable, "-m", "clinic.launcher", str(theirs.fileno())]
        with theirs:
            try:
                process = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=launcher_environment(),
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise MachineError(f"{command[0]} cannot be started: {error.strerror}.") from error
        return cls(process, ours)

    def send(self, message: Mapping[str, object], files: Sequence[int] = ()) -> None:
        """Send one order. Raises MachineError when the launcher is gone."""
        try:
            with self.sending:
                messages.send(self.control, dict(message), files)
        except OSError as error:
            raise MachineError(GONE) from error

    def confine(self, plan: Mapping[str, object]) -> None:
        """Let every app that starts from now on be confined, see :mod:`clinic.boxes`."""
        self.send({"op": "confine"} | dict(plan))
        self.confined = True

    def warm_database(self) -> None:
        """Have the modules of databases imported once; apps that start later are faster."""
        if not self.with_database:
            self.with_database = True
            self.send({"op": "warm"})

    def wait_exit(self, name: str, seconds: float) -> int | None:
        """Return the exit status of the app ``name``, or None if it lives after ``seconds``.

        Raises MachineError when the launcher could not start it.
        """
        deadline = time.monotonic() + seconds
        while name not in self.exits:
            if name in self.refused:
                raise MachineError(self.refused[name])
            if not self._hear(deadline - time.monotonic()):
                break
        return self.exits.get(name)

    def wait_warm(self) -> None:
        """Wait until the launcher has imported what it needs."""
        deadline = time.monotonic() + LONGEST_WARM_UP
        while not self.warm:
            if not self._hear(deadline - time.monotonic()):
                raise MachineError("The process that starts the apps does not answer.")

    def _hear(self, seconds: float) -> bool:
        """Take in one event; return whether there was one within ``seconds``."""
        with self.hearing:
            try:
                if not _readable(self.control.fileno(), seconds):
                    return False
                heard = messages.receive(self.control)
            except (OSError, ValueError):
                heard = None
        if heard is None:
            raise MachineError(GONE)
        event, files = heard
        for number in files:  # the launcher has none to give
            os.close(number)
        if event.get("event") == "warm":
            self.warm = True
        elif event.get("event") == "exit" and isinstance(event.get("status"), int):
            self.exits[str(event.get("name"))] = event["status"]
        elif event.get("event") == "refused":
            self.refused[str(event.get("name"))] = str(event.get("reason"))
        elif event.get("event") == "stopped":
            self.stopped[str(event.get("name"))] = str(event.get("reason"))
        return True

    def close(self) -> None:
        """End the launcher and every app that it started."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


def launcher_environment() -> dict[str, str]:
    """Return the environment of the launcher: what Python needs to run, nothing of ours."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


@dataclass(slots=True)
class AppProcess:
    """One start of one app in a fresh process: where it listens, what it printed, how it ended."""

    launcher: LauncherClient
    name: str
    port: int
    workdir: Path
    stdout: Tail
    stderr: Tail
    log: Tail
    status_pipe: int
    heard: bytes = b""
    closed: bool = False

    @classmethod
    def start(
        cls,
        launcher: LauncherClient,
        source: str,
        workdir: Path,
        env: Mapping[str, str],
        *,
        trust_proxy: bool = False,
        root_path: str = "",
    ) -> AppProcess:
        """Send the order to start and return at once; see :meth:`wait_ready`.

        With ``trust_proxy`` its server believes ``X-Forwarded-*`` of clients on this machine;
        ``root_path`` is the prefix that a proxy in front of it takes off each path.
        """
        listener = listen()
        log = Tail()
        stdout, stderr = Tail(log), Tail(log)
        status_read, status_write = os.pipe()
        name = uuid.uuid4().hex
        port = int(listener.getsockname()[1])
        order = {
            "source": source,
            "workdir": str(workdir),
            "env": app_environment(workdir) | dict(env),
            "trust_proxy": trust_proxy,
            "root_path": root_path,
        }
        files = [
            listener.fileno(),
            stdout.attach(),
            stderr.attach(),
            status_write,
            _written(order),
        ]
        try:
            if needs_database(source):
                launcher.warm_database()
            launcher.send({"op": "start", "name": name, "box": workdir.parent.name}, files)
        except MachineError:
            os.close(status_read)
            raise
        finally:
            listener.close()
            for number in files[1:]:
                os.close(number)
        return cls(launcher, name, port, workdir, stdout, stderr, log, status_read)

    def wait_ready(self, seconds: float = LONGEST_START) -> None:
        """Wait until the app has started. Raises StartError, in words, when it does not."""
        line = self._status_line(time.monotonic() + seconds)
        if line is None:
            self.signal(signal.SIGKILL)
            raise StartError(f"The app was not ready after {seconds:g} s: does it wait at start?")
        try:
            status = json.loads(line)
            state, message = str(status["state"]), str(status["message"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise StartError(self._why_it_ended()) from None
        if state != "ready":
            raise StartError(message[:1000])

    def _status_line(self, deadline: float) -> bytes | None:
        """Return the first line of the status pipe, b"" at its end, None at the deadline."""
        while b"\n" not in self.heard and len(self.heard) < MOST_STATUS_BYTES:
            if not _readable(self.status_pipe, deadline - time.monotonic()):
                return None
            data = os.read(self.status_pipe, MOST_STATUS_BYTES)
            if not data:
                break
            self.heard += data
        return self.heard.partition(b"\n")[0]

    @property
    def why_stopped(self) -> str:
        """Why the launcher ended it for using too much, in words, or ""."""
        return self.launcher.stopped.get(self.name, "")

    def _why_it_ended(self) -> str:
        status = self.launcher.wait_exit(self.name, 5)
        if self.why_stopped:
            return self.why_stopped
        if status is None:
            self.signal(signal.SIGKILL)
            return (
                "The app cannot be served: before it had started, the cell closed or overwrote "
                "files that it had not opened."
            )
        self.stderr.wait_until_closed(1)
        lines = [line for line in self.stderr.text().splitlines() if line.strip()]
        errors = [line for line in lines if line[:1].isalpha() and "Error" in line.split(":")[0]]
        if status == 3 and errors:  # uvicorn's exit status when the lifespan fails
            return f"The app's start-up code failed: {errors[-1][:500]}"
        return f"The process ended before the app had started ({_ending(status)})."

    def signal(self, number: int) -> None:
        """Send a signal to the app's process group."""
        with contextlib.suppress(MachineError):
            self.launcher.send({"op": "signal", "name": self.name, "signal": number})

    def wait(self, seconds: float) -> int | None:
        """Return the exit status, or None while the process lives after ``seconds``."""
        return self.launcher.wait_exit(self.name, seconds)

    def kill(self) -> None:
        """Kill the app if it still lives; may be called from any thread."""
        if self.name not in self.launcher.exits:
            self.signal(signal.SIGKILL)

    def close(self) -> None:
        """Kill the app, wait until it is gone, and let go of its pipe."""
        if self.closed:
            return
        self.closed = True  # a descriptor closed twice is somebody else's the second time
        self.kill()
        with contextlib.suppress(MachineError):
            self.wait(5)
        os.close(self.status_pipe)


def _written(order: Mapping[str, object]) -> int:
    """Return a descriptor of a nameless file with the order, which only the child reads."""
    with tempfile.TemporaryFile() as file:
        file.write(json.dumps(order).encode())
        file.flush()
        return os.dup(file.fileno())


def app_environment(workdir: Path) -> dict[str, str]:
    """Return the environment that every app starts with: small, the same on every machine."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(workdir),
        "TMPDIR": str(workdir),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        # The stubs are on this machine; a proxy of the environment must not come between.
        "NO_PROXY": "*",
    }


def _ending(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal
        return f"killed by signal {-status}"


def _readable(number: int, seconds: float) -> bool:
    # poll() and not select(), which knows no descriptor above 1023.
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(max(seconds, 0) * 1000))


def listen() -> socket.socket:
    """Listen on a free port of 127.0.0.1. Raises MachineError if there is none."""
    try:
        return socket.create_server(("127.0.0.1", 0), backlog=512)
    except OSError as error:
        raise MachineError(f"No free port on 127.0.0.1: {error.strerror}.") from error
