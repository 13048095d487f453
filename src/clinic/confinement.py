"""What a process does to itself before it runs code under judgement (Linux only).

:func:`confine` gives up every privilege, takes on the limits and the filter of system calls, and
cannot be undone. The namespaces around the process are made by :mod:`clinic.boxes`.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import resource
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic import syscall_filter

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_CAPABILITIES = 64
_FIRST_KERNEL_THAT_COUNTS_PER_NAMESPACE = (5, 14)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the processes of one submission may use together; sizes in bytes.

    From ``busy_seconds`` of processor time on they only run when nothing else wants to, at
    ``cpu_seconds`` they are ended. ``address_space`` is what one process may map beyond what the
    launcher has; ``file_bytes`` bounds one file, ``open_files`` one process. With more than
    ``processes`` they are ended; more ``threads`` than that, of all processes together, cannot be
    started. ``sockets`` counts those of the judge as well: what waits in one is memory.
    """

    memory: int = 512 * 1024**2
    address_space: int = 2 * 1024**3
    busy_seconds: float = 4.0
    cpu_seconds: int = 40
    processes: int = 32
    threads: int = 128
    file_bytes: int = 64 * 1024**2
    open_files: int = 1024
    sockets: int = 2500


def confine(limits: Limits) -> None:
    """Give up privileges and take on ``limits``, for ever. Raises OSError if a step fails."""
    os.umask(0o077)
    _limit(limits)
    drop_privileges()
    # Entering a user namespace hid /proc/self from its owner. Nobody can trace it all the same.
    prctl(_PR_SET_DUMPABLE, 1)
    _filter_calls(os.uname().machine)


def drop_privileges() -> None:
    """Give up all capabilities, also those that a program of root's would bring back."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(_CAPABILITIES):
        with contextlib.suppress(OSError):  # EINVAL: the kernel has fewer; EPERM: see below
            prctl(_PR_CAPBSET_DROP, number)
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _check(libc().capset(header, bytes(24)), "capset")


def never_dump_core() -> None:
    """Forbid core dumps, also those that the kernel would hand to a program.

    A limit of 0 still starts the program that ``core_pattern`` names, 1 does not: core(5).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ends, also of those in a box: prctl(2)."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def limits_processes() -> bool:
    """Tell whether this kernel counts processes per user namespace and not per user."""
    release = os.uname().release.split(".")
    numbers = tuple(int("".join(filter(str.isdigit, part)) or 0) for part in release[:2])
    return numbers >= _FIRST_KERNEL_THAT_COUNTS_PER_NAMESPACE


def _limit(limits: Limits) -> None:
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    never_dump_core()
    bounds = {
        resource.RLIMIT_AS: mapped + limits.address_space,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_MEMLOCK: 65536,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 1024,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    if limits_processes():
        bounds[resource.RLIMIT_NPROC] = limits.threads
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        least = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (least, least))


def _filter_calls(machine: str) -> None:
    if not syscall_filter.supports(machine):
        raise OSError(f"there is no filter of system calls for {machine} processors")
    program = syscall_filter.filter_program(machine)
    steps = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(head))


def prctl(option: int, *values: object) -> None:
    """Call prctl(2). Raises OSError when it fails."""
    given = [ctypes.c_ulong(v) if isinstance(v, int) else v for v in values]
    rest = [ctypes.c_ulong(0)] * (4 - len(given))
    _check(libc().prctl(option, *given, *rest), f"prctl {option}")


def setns(descriptor: int, kind: int = 0) -> None:
    """Call setns(2). Raises OSError when it fails."""
    _check(libc().setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Call mount(2). Raises OSError when it fails."""
    texts: Sequence[bytes] = [os.fsencode(text) for text in (source, target, kind)]
    result = libc().mount(*texts, ctypes.c_ulong(flags), os.fsencode(options))
    _check(result, f"mount {target}")


@functools.cache
def libc() -> ctypes.CDLL:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
