# exercise: ledger
"""Raises its own limits and priority, locks memory, and hides from the system's tools.

Aims: limits that the submission itself can lift.
Ends: not_yet
"""

import ctypes
import os
import resource

reached = []
for limit in range(16):
    try:
        soft, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if hard != resource.RLIM_INFINITY:
            reached.append(f"limit {limit}")
    except (OSError, ValueError):
        continue
libc = ctypes.CDLL(None)
libc.prctl(1, 0)  # PR_SET_PDEATHSIG: outlive the launcher
libc.prctl(4, 0)  # PR_SET_DUMPABLE: hide from ptrace and /proc
libc.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
libc.mlockall(3)
for change in (
    lambda: os.nice(-20),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)),
    lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
    lambda: os.setuid(0) or (os.getuid() == 0 and os.listdir("/root") and reached.append("/root")),
):
    try:
        change()
    except OSError:
        continue
# app: confess
