# exercise: ledger
"""Writes a megabyte of garbage to every inherited descriptor and closes all of them.

Aims: a trusted side that trips over bytes that it did not expect.
Ends: not_yet
"""

import os

for number in range(3, 1024):
    try:
        os.set_blocking(number, False)
        os.write(number, os.urandom(1_000_000))
    except OSError:
        pass
    try:
        os.close(number)
    except OSError:
        continue
# app: shipped
