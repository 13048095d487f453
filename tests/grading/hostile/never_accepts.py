# exercise: hasty
"""Says that it is ready and never accepts a connection.

Aims: a check that waits.
Ends: not_yet
"""

import time


def reply(connection, head):
    pass


class Threadless:
    def __init__(self, **_):
        time.sleep(1_000_000)


import threading

threading.Thread = Threadless
# app: raw
