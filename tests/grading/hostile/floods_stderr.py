# exercise: ledger
"""Writes a gigabyte without one line end to standard error, before it starts.

Aims: a reader of lines.
Ends: not_yet
"""

import os

for _ in range(1000):
    os.write(2, b"\x1b[31m\xff" * 200_000)
# app: shipped
