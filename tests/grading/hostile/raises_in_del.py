# exercise: ledger
"""Objects that raise, exit and print when they are collected.

Aims: an exception where nobody expects one, at the end of the process.
Ends: not_yet
"""

import os
import sys


class Grudge:
    def __del__(self):
        print("a number comes back doubled: yes", file=sys.stderr)
        raise SystemExit(0)


class LastWord:
    def __del__(self):
        os._exit(0)


grudges = [Grudge() for _ in range(100)]
kept = LastWord()
del grudges
# app: shipped
