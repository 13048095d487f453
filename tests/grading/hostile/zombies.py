# exercise: ledger
"""Leaves thousands of processes that have ended and are never waited for.

Aims: the process table, and a launcher that is kept busy with reaping.
Ends: not_yet
"""

import os

for _ in range(3000):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        break
# app: shipped
