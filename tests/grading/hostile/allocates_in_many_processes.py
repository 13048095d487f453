# exercise: hasty
"""Forty processes that take 300 MB each: every one is modest, together they take 12 GB.

Aims: a limit that counts per process only.
Ends: not_yet
"""

import os
import time

for _ in range(40):
    try:
        if os.fork() == 0:
            try:
                held = b"x" * (300 << 20)
            except MemoryError:
                held = b""
            time.sleep(600)
            os._exit(0)
    except OSError:
        break
time.sleep(3)
# app: shipped
