"""What processes use, seen on processes of our own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from clinic.process_tree import Entry, all_processes, open_sockets, proportional, tree, usage
from clinic.stubs import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it in /proc")

HOARD = "import time; kept = b'x' * 64_000_000; print('kept', flush=True); time.sleep(600)"
BUSY = "while True: pass"


def test_memory_of_a_child_is_seen_and_counted() -> None:
    with subprocess.Popen([sys.executable, "-c", HOARD], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        entry = all_processes()[child.pid]
        exact = proportional(child.pid)
        child.kill()
    assert entry.parent == os.getpid()
    assert entry.resident > 64_000_000
    assert exact is not None
    assert exact > 64_000_000


def test_processor_time_of_a_child_grows() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY]) as child:
        first = all_processes()[child.pid].seconds
        assert wait_until(lambda: all_processes()[child.pid].seconds > first, 60)
        child.kill()


def test_a_tree_holds_children_of_children_and_nobody_else() -> None:
    parents = {2: 1, 3: 2, 4: 3, 5: 1, 6: 5}
    entries = {pid: Entry(pid, parent, 1, 0, 0.0) for pid, parent in parents.items()}
    assert sorted(entry.pid for entry in tree(entries, {2, 6, 9})) == [2, 3, 4, 6]


def test_usage_leaves_out_what_belongs_to_another() -> None:
    entries = [Entry(1, 0, 2, 100, 0.5), Entry(2, 1, 3, 30, 1.0)]
    used = usage(entries, 40)
    assert (used.memory, used.seconds, used.threads) == (60, 1.5, 5)


def test_open_sockets_are_counted() -> None:
    before = open_sockets()
    many = [socket.socket() for _ in range(200)]
    after = open_sockets()
    for one in many:
        one.close()
    assert after > before + 100
