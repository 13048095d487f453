# exercise: hasty
"""Attaches to its launcher with ptrace(2) and keeps it stopped.

Aims: a launcher that works for the attacker in later exercises.
Ends: not_yet or could_not_tell
"""

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace(16, os.getppid(), 0, 0)  # PTRACE_ATTACH
libc.ptrace(16, 1, 0, 0)
time.sleep(10_000)
