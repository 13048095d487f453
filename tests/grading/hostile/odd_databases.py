# exercise: ledger
"""Puts a folder, then a socket, then a device, where the check opens the database.

Aims: an error that the check does not expect.
Ends: not_yet
"""

import os
import socket

if not os.path.exists("notes.db"):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("notes.db")
    os.mkdir("notes.db-wal")
    os.symlink("/dev/zero", "notes.db-journal")
# app: shipped
