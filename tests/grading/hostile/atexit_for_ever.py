# exercise: ledger
"""Functions that run at the end of the process and never return.

Aims: a check that waits for the app to end by itself.
Ends: not_yet
"""

import atexit
import threading
import time
import weakref


def for_ever(*_):
    while True:
        time.sleep(1)


atexit.register(for_ever)
threading._register_atexit(for_ever)


class Thing:
    pass


thing = Thing()
weakref.finalize(thing, for_ever)
threading.Thread(target=for_ever).start()
# app: shipped
