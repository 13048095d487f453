# exercise: hasty
"""Accepts every connection, reads the request, and says nothing.

Aims: a check that waits.
Ends: not_yet
"""

import time


def reply(connection, head):
    time.sleep(1_000_000)


# app: raw
