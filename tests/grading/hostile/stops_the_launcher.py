# exercise: hasty
"""Suspends its launcher and everything else that it may signal, and waits.

Aims: a run that waits for a process that will never go on.
Ends: not_yet or could_not_tell
"""

import os
import signal
import time

for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        try:
            os.kill(int(name), signal.SIGSTOP)
        except OSError:
            continue
time.sleep(10_000)
