# exercise: ledger
"""Puts a named pipe where the check opens the database.

Aims: a check that waits for a writer for ever.
Ends: not_yet or could_not_tell
"""

import os

for name in ("notes.db", "notes.db-wal", "notes.db-journal"):
    try:
        os.mkfifo(name)
    except OSError:
        continue
# app: shipped
