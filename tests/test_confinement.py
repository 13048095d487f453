"""What a process does to itself before it runs code under judgement, tried in a child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from clinic import syscall_filter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these calls")

FILTERED = syscall_filter.supports(os.uname().machine)


def told(expression: str, setup: str = "", before: str = "") -> Any:
    """Return the value of an expression in a process that has confined itself."""
    program = (
        "import ctypes, json, os, resource, socket, subprocess, sys, threading\n"
        "from clinic.confinement import Limits, confine\n"
        "from clinic import syscall_filter\n"
        f"{before}\n"
        "confine(Limits(threads=400))\n"
        f"{setup}\n"
        f"print(json.dumps({expression}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


CALL = """
libc = ctypes.CDLL(None, use_errno=True)
column = syscall_filter._ARCHITECTURES[os.uname().machine][0]

def call(number, *arguments):
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) for a in arguments))
    return os.strerror(ctypes.get_errno()) if ctypes.get_errno() else ""
"""


@pytest.mark.skipif(not FILTERED, reason="there is no filter for this processor")
def test_every_forbidden_call_is_refused() -> None:
    answers = told(
        "{name: call(n[column], -1, -1, -1, -1, -1, -1)"
        " for name, n in syscall_filter._DENIED.items() if n[column] is not None}",
        CALL,
    )
    assert set(answers.values()) == {"Operation not permitted"}, answers


@pytest.mark.skipif(not FILTERED, reason="there is no filter for this processor")
def test_new_namespaces_are_refused_and_clone3_is_unknown() -> None:
    names = "syscall_filter._SPECIAL"
    assert told(
        f"[call({names}['clone3'][column], 0, 0),"
        f" call({names}['clone'][column], 0x10000011, 0, 0, 0, 0)]",
        CALL,
    ) == ["Function not implemented", "Operation not permitted"]


@pytest.mark.skipif(not FILTERED, reason="there is no filter for this processor")
@pytest.mark.parametrize(
    ("family", "works"),
    [("AF_INET", True), ("AF_INET6", True), ("AF_UNIX", True), ("AF_NETLINK", False)],
)
def test_sockets_of_the_usual_families_only(family: str, works: bool) -> None:
    setup = f"""
def opens():
    try:
        socket.socket(socket.{family}, socket.SOCK_DGRAM).close()
    except OSError as error:
        return error.errno != 97
    return True
"""
    assert told("opens()", setup) is works


def test_threads_programs_and_shared_memory_still_work() -> None:
    setup = """
from multiprocessing import shared_memory
thread = threading.Thread(target=print, args=("", ), kwargs={"end": ""})
thread.start()
thread.join()
memory = shared_memory.SharedMemory(create=True, size=8)
memory.close()
memory.unlink()
"""
    assert (
        told("subprocess.run(['/bin/echo', 'ran'], capture_output=True, text=True).stdout", setup)
        == "ran\n"
    )


def test_privileges_are_gone_for_ever() -> None:
    lines = told("open('/proc/self/status').read()").splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert {status[f"Cap{kind}"] for kind in ("Prm", "Eff", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert (status["Seccomp"] == "2") is FILTERED
    if os.geteuid() == 0:
        assert status["CapBnd"] == "0" * 16


def test_limits_hold_for_memory_and_files_and_cannot_be_raised() -> None:
    setup = """
def error_of(action):
    try:
        action()
    except Exception as error:
        return type(error).__name__ + ": " + str(error)
    return ""

def write():
    with open("/dev/shm/clinic-test", "wb") as file:
        os.unlink(file.name)
        file.truncate(2**40)

def raised():
    resource.setrlimit(resource.RLIMIT_AS, (2**45, 2**45))
"""
    memory, file, more = told(
        "[error_of(lambda: bytearray(2**32)), error_of(write), error_of(raised)]", setup
    )
    assert memory.startswith("MemoryError")
    assert "File too large" in file
    assert more.startswith(("ValueError", "PermissionError"))


def test_no_core_is_dumped_nor_piped() -> None:
    assert told("resource.getrlimit(resource.RLIMIT_CORE)") == [1, 1]
