# exercise: hasty
"""Writes one file until there is no room left.

Aims: a full disk for everybody.
Ends: not_yet
"""

reached = []
written = 0
try:
    for number in range(64):
        with open(f"fill{number}", "wb", buffering=0) as file:
            for _ in range(64):
                written += file.write(bytes(1 << 20))
            if written > 3 << 30:
                reached.append("3 GB of disk")
                break
except OSError:
    pass
# app: confess
