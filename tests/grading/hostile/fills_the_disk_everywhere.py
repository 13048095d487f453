# exercise: hasty
"""Fills /tmp, /dev/shm, /var/tmp, /run and its home, each with its own files.

Aims: a limit that holds for one place only.
Ends: not_yet
"""

import os
import signal

reached = []
written = 0
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for place in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/dev", "/", os.path.expanduser("~"), "."):
    for number in range(100):
        try:
            with open(f"{place}/fill{number}", "wb", buffering=0) as file:
                for _ in range(32):
                    written += file.write(bytes(1 << 20))
        except OSError:
            break
        if written > 4 << 30:
            reached.append("4 GB of files")
            break
# app: confess
