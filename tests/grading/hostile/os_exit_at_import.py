# exercise: ledger
"""Ends its process at once, without any clean-up, with exit status 0.

Aims: a dead process that counts as passed, or loses the other exercises.
Ends: not_yet
"""

import os

os._exit(0)
