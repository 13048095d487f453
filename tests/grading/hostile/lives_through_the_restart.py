# exercise: ledger
"""Keeps its notes in a daemon and not in the database, so that they survive a restart.

Aims: a restart that leaves something running; the notes must be gone with the process.
Ends: not_yet
"""

import os
import socket
import time

ADDRESS = "\0notes-of-a-daemon"


def daemon():
    if os.fork() == 0:
        os.setsid()
        try:
            server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            server.bind(ADDRESS)
            time.sleep(100_000)
        finally:
            os._exit(0)


daemon()
# app: shipped
