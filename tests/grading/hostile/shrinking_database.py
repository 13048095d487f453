# exercise: ledger
"""Shrinks the shared memory file of its database while the check has it mapped.

Aims: SIGBUS in the check, which would kill it.
Ends: not_yet or could_not_tell
"""

import os
import sqlite3
import threading
import time

if not os.path.exists("notes.db"):
    connection = sqlite3.connect("notes.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE notes (text TEXT)")
    connection.executemany("INSERT INTO notes VALUES (?)", [("x" * 1000,)] * 20_000)
    connection.commit()


def shrink():
    while True:
        for suffix in ("-shm", "-wal"):
            try:
                os.truncate("notes.db" + suffix, 0)
            except OSError:
                pass
        time.sleep(0)


threading.Thread(target=shrink, daemon=True).start()
# app: shipped
