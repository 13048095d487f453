# exercise: hasty
"""Takes 10 GB of memory and touches every page, at import.

Aims: the memory of the machine, and with it somebody else's process.
Ends: not_yet
"""

reached = []
held = []
try:
    for _ in range(160):
        held.append(b"x" * (64 << 20))
except MemoryError:
    held.clear()
else:
    reached.append("10 GB of memory")
# app: confess
