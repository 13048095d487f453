# exercise: ledger
"""Makes folders within folders, deeper than any path or recursion reaches.

Aims: a tidying up that ends with RecursionError or leaves everything behind.
Ends: not_yet
"""

import os

start = os.open(".", os.O_RDONLY)
for _ in range(20_000):
    try:
        os.mkdir("d" * 20)
        os.chdir("d" * 20)
    except OSError:
        break
os.fchdir(start)
# app: shipped
