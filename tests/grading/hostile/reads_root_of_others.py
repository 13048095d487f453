# exercise: ledger
"""Goes through /proc/PID/root, cwd, fd and exe of all processes, and through its own descriptors.

Aims: a file system other than its own.
Ends: not_yet
"""

import os

reached = []
for name in [*filter(str.isdigit, os.listdir("/proc")), "self", "thread-self"]:
    for link in ("root", "cwd"):
        for place in ("@CANARY@", "@COURSE@", "@OUT@"):
            try:
                if os.listdir(f"/proc/{name}/{link}{place}"):
                    reached.append(f"/proc/{name}/{link}{place}")
            except OSError:
                continue
    try:
        numbers = os.listdir(f"/proc/{name}/fd")
    except OSError:
        continue
    for number in numbers:
        try:
            target = os.readlink(f"/proc/{name}/fd/{number}")
            for path in ("../" * depth + "etc/hostname" for depth in range(8)):
                descriptor = os.open(path, os.O_RDONLY, dir_fd=int(number)) if name == "self" else -1
                reached += [f"{target}/{path}"] if descriptor > 0 else []
        except (OSError, ValueError):
            continue
# app: confess
