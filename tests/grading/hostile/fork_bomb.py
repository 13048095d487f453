# exercise: hasty
"""Processes that start processes, each in a session of its own.

Aims: the process table of the machine.
Ends: not_yet
"""

import os
import time

deadline = time.monotonic() + 30
while time.monotonic() < deadline:
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:
        continue
