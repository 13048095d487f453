# exercise: ledger
"""Kills every process that it may signal, its launcher first.

Aims: the judge, the other students' apps, or at least the rest of the run.
Ends: not_yet or could_not_tell
"""

import os
import signal

for target in (int("@GRADER@"), os.getppid(), -1):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        continue
# app: shipped
