# exercise: ledger
"""A child in a session of its own keeps the app's output open, after the app has ended.

Aims: a check that reads the output to its end.
Ends: not_yet
"""

import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(100_000)
    os._exit(0)
os._exit(3)
