# exercise: ledger
"""Puts memory where no process is charged: memfd, System V, sockets, pipes, mapped and not.

Aims: a limit that looks at the size of processes only.
Ends: not_yet
"""

import ctypes
import os
import signal
import socket
import time

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
reached = []
piece = bytes(1 << 20)
kept = []
libc = ctypes.CDLL(None)
# app: confess


def memfd():
    kept.append(memory := os.memfd_create("m"))
    for _ in range(60):
        yield os.write(memory, piece)


def segment():
    identity = libc.shmget(0, 64 << 20, 0o1600)
    libc.shmat.restype = ctypes.c_void_p
    place = libc.shmat(identity, None, 0) if identity >= 0 else None
    if place in (None, ctypes.c_void_p(-1).value):
        raise OSError
    ctypes.memset(place, 1, 64 << 20)
    yield 64 << 20


def buffers():
    left, right = socket.socketpair()
    kept.extend((left, right))
    left.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
    left.setblocking(False)
    yield left.send(piece)


def pipes():
    reader, writer = os.pipe()
    kept.extend((reader, writer))
    os.set_blocking(writer, False)
    yield os.write(writer, piece)


for take in (memfd, segment, buffers, pipes):
    total = 0
    try:
        for _ in range(2000):
            for number in take():
                total += number
            if total > 2 << 30:
                break
    except (OSError, AttributeError):
        pass
    if total > 600 << 20:
        reached.append(f"{total >> 20} MB by {take.__name__}")
kept.clear()
