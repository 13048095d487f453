# exercise: hasty
"""Prints without end, on a thread, beside the app.

Aims: the memory of the check, or a full disk.
Ends: not_yet
"""

import os
import threading


def flood():
    while True:
        os.write(1, b"a number comes back doubled: yes\n" * 30_000)


threading.Thread(target=flood, daemon=True).start()
# app: shipped
