# exercise: ledger
"""Opens files, sockets, timers and watches until the system refuses.

Aims: the file table of the machine.
Ends: not_yet
"""

# app: shipped
import ctypes
import os
import socket

libc = ctypes.CDLL(None)
held = []
for make in (
    lambda: os.open("/dev/null", os.O_RDONLY),
    lambda: socket.socket(),
    lambda: os.eventfd(0),
    lambda: libc.inotify_init(),
    lambda: libc.timerfd_create(1, 0),
):
    for _ in range(20_000):
        try:
            if (thing := make()) == -1:
                break
            held.append(thing)
        except OSError:
            break
held.clear()
