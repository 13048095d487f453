"""Grade a class of attackers and honest students with the real command, and look what it cost.

The attackers know everything about the machine; around the run lie canaries: secrets that must
turn up nowhere, files that must not change, servers that nobody may call, and the processes,
folders and mounts that must be gone afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grading.arena import HONEST, NOTEBOOK, Attack, write_arena
from grading.hostile_files import FileAttack, notebook
from processes_of import command_of, descendants

import clinic

PR_SET_CHILD_SUBREAPER = 36

_GRADE = """
import resource, sys
from clinic.cli import main
status = main(sys.argv[1:])
print("PEAK", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
sys.exit(status)
"""


def canary() -> str:
    """Return a secret of the form that the attacks look for."""
    return f"CANARY-{secrets.token_hex(8)}"


@dataclass(slots=True)
class Listeners:
    """Servers outside of the sandbox; ``callers`` tells who called. None must."""

    callers: list[str] = field(default_factory=list)
    port: int = 0
    abstract: str = ""
    _sockets: list[socket.socket] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path) -> Iterator[Listeners]:
        """Listen on TCP and UDP, on an abstract Unix socket and on one in ``folder``."""
        listeners = cls(abstract=f"clinic-{secrets.token_hex(8)}")
        tcp = socket.create_server(("127.0.0.1", 0))
        listeners.port = int(tcp.getsockname()[1])
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", listeners.port))
        abstract, named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        abstract.bind(f"\0{listeners.abstract}")
        with _inside(folder):
            named.bind("socket")
        for name, sock in {"TCP": tcp, "UDP": udp, "abstract": abstract, "named": named}.items():
            if name in ("abstract", "named"):
                sock.listen()
            threading.Thread(target=listeners._hear, args=(name, sock), daemon=True).start()
            listeners._sockets.append(sock)
        try:
            yield listeners
        finally:
            for sock in listeners._sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()

    def _hear(self, name: str, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                if name == "UDP":
                    data, _ = sock.recvfrom(1000)
                    if not data:
                        return
                else:
                    caller, _ = sock.accept()
                    with caller:
                        caller.sendall(b"CANARY-0000000000000000 of the host")
                self.callers.append(name)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """A socket's path is short, so it is bound from within its folder."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


@dataclass(frozen=True, slots=True)
class Scene:
    """The folders of one run; ``secrets`` lie in files, in the environment, with a neighbour."""

    root: Path
    secrets: tuple[str, ...]

    @classmethod
    def build(cls, root: Path) -> Scene:
        """Write the course and the canaries into ``root``."""
        scene = cls(root, (canary(), canary(), canary()))
        for folder in (scene.submissions, scene.canary, scene.temporary):
            folder.mkdir(parents=True)
        write_arena(scene.course, scene.secrets[0])
        (scene.canary / "secret.txt").write_text(scene.secrets[1])
        with contextlib.closing(sqlite3.connect(scene.canary / "secret.db")) as database:
            database.execute("CREATE TABLE notes (text TEXT)")
            database.execute("INSERT INTO notes VALUES (?)", (scene.secrets[1],))
            database.commit()
        for suffix in ("-wal", "-shm", "-journal"):
            (scene.canary / f"victim{suffix}").write_bytes(b"untouched")
        return scene

    @property
    def course(self) -> Path:
        return self.root / "course"

    @property
    def submissions(self) -> Path:
        return self.root / "submissions"

    @property
    def canary(self) -> Path:
        return self.root / "canary"

    @property
    def temporary(self) -> Path:
        return self.root / "temporary"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def places(self, listeners: Listeners) -> dict[str, str]:
        """Return what an attack may know: every path, port and process of the grader."""
        return {
            "COURSE": str(self.course),
            "SUBMISSIONS": str(self.submissions),
            "CANARY": str(self.canary),
            "OUT": str(self.out),
            "PORT": str(listeners.port),
            "ABSTRACT": listeners.abstract,
            "GRADER": str(os.getpid()),
            "NEIGHBOUR": str(self.submissions / "000 honest" / NOTEBOOK),
            "FILLER": "x" * 45_000,
            "RUBBISH": "\n!rm -rf /\n%%bash\n\0\n",
        }

    def add_student(self, name: str | bytes, sources: Mapping[str, str]) -> None:
        """Write the notebook of one student."""
        folder = os.fsencode(self.submissions) + b"/" + os.fsencode(name)
        os.mkdir(folder)
        with open(folder + b"/" + NOTEBOOK.encode(), "wb") as file:
            file.write(notebook(sources))

    def add_honest(self, name: str | bytes) -> None:
        """Add a student who has repaired everything, and says something private in a comment."""
        own = {rule: f"{source}# {self.secrets[2]}\n" for rule, source in HONEST.items()}
        self.add_student(name, own)

    def add_attack(self, name: str, attack: Attack, places: Mapping[str, str]) -> None:
        """Add a student whose first and last exercises are right, with the attack between them."""
        sources = {rule: HONEST[rule] for rule in ("opening", "closing")}
        self.add_student(
            name, {"opening": sources["opening"], attack.rule: attack.source(places)} | sources
        )

    def add_files(self, name: str, attack: FileAttack, places: Mapping[str, str]) -> None:
        """Add a student with hostile files."""
        folder = self.submissions / name
        folder.mkdir()
        attack.write(folder, places)

    def state(self) -> dict[str, str]:
        """Return a hash of everything that must be the same after the run."""
        package = Path(clinic.__file__).parent
        kept = {}
        for place in (self.canary, self.course, package):
            for path in sorted(place.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    kept[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        listing = (os.fsencode(p) for p in os.scandir(self.submissions) if p.is_dir())
        names = {os.fsdecode(p): ",".join(map(repr, sorted(os.listdir(p)[:50]))) for p in listing}
        return kept | names


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the command did: its words, each student's row, its peak memory in MB, what is left."""

    status: int
    said: str
    rows: Mapping[str, Mapping[str, Any]]
    peak: int
    seconds: float
    left_processes: Sequence[str]
    left_files: Sequence[str]
    new_mounts: Sequence[str]
    new_segments: Sequence[str]

    def rule(self, student: str, rule: str) -> Mapping[str, Any]:
        """Return one exercise's row of the student's result."""
        (row,) = (row for row in self.rows[student]["rules"] if row["rule"] == rule)
        found: Mapping[str, Any] = row
        return found


def run_grade(scene: Scene, *options: str) -> Outcome:
    """Run ``clinic grade`` on the scene, in a process of its own."""
    _adopt_orphans()
    children, mounts, segments = descendants(os.getpid()), _mounts(), _segments()
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _GRADE, "grade", scene.submissions, "--out", scene.out, *options],
        env=os.environ
        | {
            "CLINIC_COURSE": str(scene.course),
            "TMPDIR": str(scene.temporary),
            "SECRET_OF_THE_GRADER": scene.secrets[1],
            "CLINIC_SECRET": scene.secrets[1],
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=scene.root,
    )
    said = done.stdout.decode("utf-8", "replace")
    peak = [int(line.split()[1]) // 1024 for line in said.splitlines() if line.startswith("PEAK ")]
    rows = [json.loads(path.read_text("utf-8")) for path in (scene.out / "results").glob("*.json")]
    return Outcome(
        status=done.returncode,
        said=said,
        rows={row["student"]: row for row in rows},
        peak=peak[0] if peak else 0,
        seconds=time.monotonic() - start,
        left_processes=_left(children),
        left_files=[str(path) for path in scene.temporary.iterdir()],
        new_mounts=sorted(_mounts() - mounts),
        new_segments=sorted(_segments() - segments),
    )


@functools.cache
def _adopt_orphans() -> None:
    """Become the parent of whatever a run leaves behind, so that it can be seen."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _left(before: Sequence[int]) -> list[str]:
    """Return the commands of new descendants that do not end within seconds."""
    deadline = time.monotonic() + 20
    while True:
        new = set(descendants(os.getpid())) - set(before)
        alive = [line for pid in new if (line := command_of(pid))]
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.1)


def _mounts() -> set[str]:
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def _segments() -> set[str]:
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {line.split()[1] for line in lines}


def texts_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file below a folder and its text."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_text("utf-8", "replace")
