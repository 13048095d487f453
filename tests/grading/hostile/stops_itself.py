# exercise: hasty
"""Suspends its own process group with SIGSTOP in the first request.

Aims: a process that is alive and never answers.
Ends: not_yet
"""

import os
import signal

from fastapi import FastAPI

app = FastAPI()


@app.get("/double/{number}")
def double(number: int):
    os.killpg(0, signal.SIGSTOP)
