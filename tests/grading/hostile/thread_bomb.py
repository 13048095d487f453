# exercise: hasty
"""Starts threads until the system refuses, and then more.

Aims: the process table, which holds threads too.
Ends: not_yet
"""

import threading
import time

threading.stack_size(32768)
while True:
    try:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    except RuntimeError:
        time.sleep(0.001)
