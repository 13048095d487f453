# exercise: ledger
"""A real database in WAL mode whose -wal, -shm and -journal are links to the grader's files.

Aims: SQLite in the check, which would write to the links' targets.
Ends: not_yet
"""

import os
import sqlite3

connection = sqlite3.connect("notes.db")
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
connection.commit()
connection.close()
for suffix in ("-wal", "-shm", "-journal"):
    try:
        os.unlink("notes.db" + suffix)
    except OSError:
        pass
    os.symlink("@CANARY@/victim" + suffix, "notes.db" + suffix)
# app: shipped
