"""Where strangers' code runs: a sandbox around the judge, and a second one around each submission.

The *outer* one holds the trusted judge (pytest, its kernel, the warm launcher). It gives them a
network of their own, with nothing but a loopback, and of the course what they need. The *inner*
ones, made by :mod:`clinic.boxes`, hold the apps of one submission each and share that loopback;
they see the system and the Python that runs them, and nothing of the course, of the judge or of
anybody's home. Both are made by bubblewrap (https://github.com/containers/bubblewrap).
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import clinic
from clinic.boxes import BoxPlan
from clinic.confinement import Limits
from clinic.errors import MachineError
from clinic.grading.supervisor import Plan

STORE = "/clinic/store"
VIEW = "/clinic/apps"
ROOT = "/clinic/root"
DEVICES = "/clinic/dev"
"""Where the outer sandbox keeps what inner ones have as their root and ``/dev``, made once."""
NOBODY = 65534

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_USR = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "share", "local")
_ETC = (
    "alternatives",
    "ca-certificates",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "os-release",
    "pki",
    "protocols",
    "services",
    "ssl",
    "timezone",
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
_KEPT = (
    *("PATH", "LANG", "LC_", "LD_LIBRARY_PATH", "TZ", "TMPDIR", "CLINIC_"),
    *("PYTHONPATH", "PYTHONSAFEPATH", "PYTEST_", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"),
)
"""With what the names begin of variables that a judge keeps; no token of the grader's is one."""
_FILES = {
    "passwd": "learner:x:1000:1000::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
    "group": "learner:x:1000:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_GIGABYTE = 1024**3


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The sandbox of a judge and its limits; sizes in bytes.

    ``limits`` hold for all apps of one submission, ``disk_bytes`` and ``disk_files`` for what
    they keep in files, in memory and not on a disk. ``judge_memory`` is what each process of the
    trusted side may map, so that a submission cannot make a check eat up the machine.
    """

    bwrap: str
    limits: Limits = field(default_factory=Limits)
    disk_bytes: int = 256 * 1024**2
    disk_files: int = 10_000
    judge_memory: int = 6 * _GIGABYTE

    def enclose(
        self, course: Path, folder: Path, command: Sequence[str], channel: int
    ) -> list[str]:
        """Return the command that runs a judge's ``command`` in the sandbox.

        It sees the lessons of ``course``, the folder, but neither its checks nor its answers.
        ``folder`` is the judge's own, which becomes the property of the user that it runs as.
        """
        _write_files(folder / "etc")
        (folder / "home").mkdir(exist_ok=True)
        if os.geteuid() == 0:
            _give_away(folder)
        plan = Plan(
            channel=channel,
            user=NOBODY if os.geteuid() == 0 else None,
            store=STORE,
            view=VIEW,
            size=self.disk_bytes,
            files=self.disk_files,
            address_space=self.judge_memory,
        )
        supervisor = [sys.executable, "-m", "clinic.grading.supervisor", plan.to_text()]
        return [*self._outer(course, folder), "--", *supervisor, *command]

    def environment(self, folder: Path, judge: Mapping[str, str]) -> dict[str, str]:
        """Return the judge's environment, without what the grader's holds besides."""
        kept = {name: value for name, value in judge.items() if name.startswith(_KEPT)}
        return kept | {
            "HOME": str(folder / "home"),
            "CLINIC_WORKDIRS": VIEW,
            "CLINIC_SANDBOX": json.dumps(self.boxes().to_json()),
        }

    def boxes(self) -> BoxPlan:
        """Return how the judge's launcher makes the inner sandboxes."""
        return BoxPlan(tuple(self._inner()), STORE, VIEW, self.limits)

    def _outer(self, course: Path, folder: Path) -> list[str]:
        user = [] if os.geteuid() == 0 else ["--unshare-user"]
        lessons = [course / "notebooks"] if (course / "notebooks").is_dir() else []
        places = [*system_places(), *python_places(), *lessons]
        return [
            self.bwrap,
            *(*user, "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
            *("--unshare-cgroup-try", "--hostname", "localhost"),
            *(part for name in _CAPABILITIES for part in ("--cap-add", name)),
            *("--tmpfs", "/tmp", "--dir", "/dev/shm"),  # noqa: S108 - its own
            *("--proc", "/proc"),
            *_devices(),
            *_binds([*places, Path("/etc")], hide=[]),
            *("--dir", STORE, "--dir", VIEW),
            *self._root(course, folder),
            *(*_open_folders(folder), "--bind", str(folder), str(folder)),
            *("--chdir", str(folder)),
        ]

    def _root(self, course: Path, folder: Path) -> list[str]:
        """Return the options that put the root of the inner sandboxes together.

        bwrap reads the table of all mounts for each that it makes, and there are forty.
        """
        etc = folder / "etc"
        own = (("--ro-bind", str(etc / name), f"{ROOT}/etc/{name}") for name in _FILES)
        return [
            *(part for name in ("dev", "proc", "tmp") for part in ("--dir", f"{ROOT}/{name}")),
            *("--dir", f"{ROOT}{VIEW}", "--dir", f"{DEVICES}/shm"),
            *_devices(DEVICES),
            *_binds([*system_places(), *python_places()], hide=[course], root=ROOT),
            *(part for name in _ETC for part in _if_there(f"/etc/{name}", f"{ROOT}/etc/{name}")),
            *(part for bind in own for part in bind),
        ]

    def _inner(self) -> list[str]:
        return [
            self.bwrap,
            *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
            *("--unshare-cgroup-try", "--hostname", "localhost", "--uid", "1000", "--gid", "1000"),
            *(["--disable-userns"] if _knows(self.bwrap, "--disable-userns") else []),
            *("--die-with-parent", "--new-session"),
            *("--ro-bind", ROOT, "/", "--dev-bind", DEVICES, "/dev", "--proc", "/proc"),
            *("--tmpfs", VIEW),
        ]


@functools.cache
def _knows(bwrap: str, option: str) -> bool:
    """Tell whether this bubblewrap has an option.

    ``--disable-userns`` came with 0.8.0; Ubuntu 22.04 has 0.6.1. It is a second lock: the filter
    of system calls already refuses what makes a user namespace.
    """
    try:
        told = subprocess.run([bwrap, "--help"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return False
    return option in told.stdout + told.stderr


def require() -> Enclosure:
    """Return the sandbox, which has been tried out on this machine.

    Raises MachineError, in one sentence that says what is missing and what to do.
    """
    from clinic.grading.probe import explain, probe

    enclosure = available()
    found = probe(enclosure)
    if found.error:
        raise MachineError(explain(found.error))
    return enclosure


def available() -> Enclosure:
    """Return the sandbox, untried. Raises MachineError where there can be none."""
    if sys.platform != "linux":
        raise MachineError(
            "The sandbox needs Linux; grade in a Linux machine or container, or with --no-sandbox "
            "code that you trust."
        )
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise MachineError(
            "The sandbox needs bubblewrap: `apt install bubblewrap` (Debian, Ubuntu) or `dnf "
            "install bubblewrap` (Fedora); code that you trust can be graded with --no-sandbox."
        )
    return Enclosure(bwrap)


def _devices(folder: str = "/dev") -> list[str]:
    # Not bwrap's own --dev: for its terminals it would need a second user namespace, in which the
    # supervisor could mount nothing.
    links = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
    return [
        *(
            part
            for name in _DEVICES
            for part in ("--dev-bind", f"/dev/{name}", f"{folder}/{name}")
        ),
        *(part for name, to in links.items() for part in ("--symlink", to, f"{folder}/{name}")),
    ]


def _if_there(path: str, target: str) -> list[str]:
    return ["--ro-bind-try", path, target]


def system_places() -> list[Path]:
    """Return the folders and links of the system that programs need."""
    usr = [Path("/usr", name) for name in _USR]
    return [path for path in (*usr, *(Path("/", name) for name in _SYSTEM)) if path.exists()]


def python_places() -> list[Path]:
    """Return what this Python needs to run, with this package: its prefixes and every link."""
    places = [Path(sys.prefix), Path(sys.base_prefix), Path(clinic.__file__).resolve().parent]
    program = Path(sys.executable)
    while program.is_symlink():
        places.append(program.parent)
        program = program.parent / program.readlink()
    places += [Path(entry) for entry in sys.path if entry.endswith("-packages")]
    places += [place.resolve() for place in places]
    return [place for place in places if place.is_dir()]


def _binds(places: Iterable[Path], hide: Iterable[Path], root: str = "") -> list[str]:
    """Return the options that show ``places`` read-only, the outermost first, but not ``hide``.

    They are shown under ``root``.
    """
    kinds = dict.fromkeys(places, "show") | dict.fromkeys(hide, "hide")
    options: list[str] = []
    last: list[str] = []
    shown: list[Path] = []
    for place in sorted(kinds, key=lambda path: len(path.parts)):
        covered = any(place.is_relative_to(other) for other in shown)
        if kinds[place] == "hide":
            options += ["--tmpfs", f"{root}{place}"] if covered else []
            last += ["--remount-ro", f"{root}{place}"] if covered else []
            shown = [other for other in shown if not place.is_relative_to(other)]
        elif place.is_symlink():
            options += ["--symlink", os.readlink(place), f"{root}{place}"]
        elif not covered:
            options += [*_open_folders(place, root), "--ro-bind", str(place), f"{root}{place}"]
            shown.append(place)
    return options + last


def _open_folders(place: Path, root: str = "") -> list[str]:
    """Return the options that make the folders above a place, open for everybody.

    bwrap alone would close those above a folder of root's to the user that root becomes.
    """
    above = reversed(place.parents[:-1])
    return [part for folder in above for part in ("--dir", f"{root}{folder}")]


def _write_files(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in _FILES.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)


def _give_away(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
