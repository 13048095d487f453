"""The filter, run step by step as the kernel would: what it lets through and what it refuses."""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable

import pytest

from clinic.syscall_filter import filter_program, supports

X86_64, AARCH64 = 0xC000003E, 0xC00000B7
ALLOW, KILL = "allow", "kill"
NEW_USER, SIGCHLD = 0x10000000, 17
STEPS: dict[int, Callable[[int, int], bool]] = {
    0x15: lambda held, value: held == value,
    0x35: lambda held, value: held >= value,
    0x45: lambda held, value: bool(held & value),
}

MACHINES = pytest.mark.parametrize(
    ("machine", "architecture", "calls"),
    [
        (
            "x86_64",
            X86_64,
            {"read": 0, "mount": 165, "unshare": 272, "clone": 56, "socket": 41, "ptrace": 101},
        ),
        (
            "aarch64",
            AARCH64,
            {"read": 63, "mount": 40, "unshare": 97, "clone": 220, "socket": 198, "ptrace": 117},
        ),
    ],
    ids=["x86_64", "aarch64"],
)


def verdict(machine: str, architecture: int, number: int, argument: int = 0) -> str | int:
    """Run the program on one call; return what becomes of it, an errno for a refusal."""
    data = struct.pack("=IIQQ", number, architecture, 0, argument)
    program = list(struct.iter_unpack("=HBBI", filter_program(machine)))
    held, at = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        if code == 0x20:
            (held,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            final: dict[int, str] = {0x7FFF0000: ALLOW, 0x80000000: KILL}
            return final.get(value) or int(value & 0xFFFF)
        else:
            at += if_true if STEPS[code](held, value) else if_false


@MACHINES
def test_what_helps_to_leave_the_sandbox_is_refused(
    machine: str, architecture: int, calls: dict[str, int]
) -> None:
    for name in ("mount", "unshare", "ptrace"):
        assert verdict(machine, architecture, calls[name]) == errno.EPERM, name
    assert verdict(machine, architecture, calls["read"]) == ALLOW


@MACHINES
def test_processes_and_threads_but_no_namespaces(
    machine: str, architecture: int, calls: dict[str, int]
) -> None:
    assert verdict(machine, architecture, calls["clone"], SIGCHLD) == ALLOW
    assert verdict(machine, architecture, calls["clone"], SIGCHLD | NEW_USER) == errno.EPERM
    assert verdict(machine, architecture, 435) == errno.ENOSYS  # clone3


@MACHINES
@pytest.mark.parametrize(
    ("family", "expected"),
    [(1, ALLOW), (2, ALLOW), (10, ALLOW), (16, errno.EAFNOSUPPORT), (17, errno.EAFNOSUPPORT)],
)
def test_families_of_sockets(
    machine: str, architecture: int, calls: dict[str, int], family: int, expected: str | int
) -> None:
    assert verdict(machine, architecture, calls["socket"], family) == expected


def test_other_architectures_have_other_numbers() -> None:
    assert verdict("x86_64", 0x40000003, 0) == KILL  # 32-bit calls on the same processor
    assert verdict("x86_64", X86_64, 0x40000000) == errno.EPERM  # x32


def test_a_processor_without_a_filter_is_told() -> None:
    assert supports("x86_64")
    assert not supports("mips")
    with pytest.raises(KeyError):
        filter_program("mips")
