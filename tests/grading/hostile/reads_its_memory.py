# exercise: ledger
"""Searches its own memory, inherited by fork from the launcher, for what others handed in.

Aims: the text of another student, or of the check.
Ends: not_yet
"""

import gc
import re
import sys

reached = []
pattern = re.compile(b"CANARY-" + b"[0-9a-f]{16}")
try:
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            if " rw" not in line:
                continue
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if end - start > 100_000_000:
                continue
            try:
                memory.seek(start)
                reached += pattern.findall(memory.read(end - start))
            except (OSError, ValueError):
                continue
except OSError:
    pass
for thing in gc.get_objects():
    if isinstance(thing, dict):
        values = [value for value in list(thing.values()) if isinstance(value, str)]
        reached += [value for value in values if "CANARY-" in value and "findall" not in value]
frame = sys._getframe()
while frame is not None:
    order = frame.f_locals.get("order")
    frame = frame.f_back
# app: confess
