# exercise: hasty
"""Sleeps for ever while the cell runs.

Aims: a run that waits.
Ends: not_yet
"""

import time

while True:
    time.sleep(1_000_000)
