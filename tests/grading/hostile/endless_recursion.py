# exercise: ledger
"""Calls itself until the C stack is used up.

Aims: a crash that Python does not report.
Ends: not_yet
"""

import sys
import threading

from fastapi import FastAPI

sys.setrecursionlimit(2**31 - 1)
threading.stack_size(512 * 1024 * 1024)
app = FastAPI()


class Deep:
    def __repr__(self):
        return repr(self)


@app.get("/double/{number}")
def double(number: int):
    return {"double": repr(Deep())}
