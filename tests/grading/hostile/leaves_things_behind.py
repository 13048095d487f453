# exercise: ledger
"""Leaves files, shared memory and variables for an accomplice who is judged later.

Aims: a channel from one submission to the next.
Ends: not_yet
"""

import os
import sys

sys.left_behind = os.environ["LEFT_BEHIND"] = "answer"
for place in ("/tmp/left-behind", "/dev/shm/left-behind", "/var/tmp/left-behind"):
    try:
        with open(place, "w") as file:
            file.write("answer")
    except OSError:
        continue
# app: shipped
