# exercise: hasty
"""Computes for ever on every core while the cell runs.

Aims: the time of the other students.
Ends: not_yet
"""

import os

for _ in range(8):
    try:
        if os.fork() == 0:
            break
    except OSError:
        break
while True:
    sum(range(100_000))
