# exercise: ledger
"""Starts as it should, and ends its process in the middle of the first request.

Aims: a check that gives up with the app, and takes the rest of the submission with it.
Ends: not_yet
"""

import os

from fastapi import FastAPI

app = FastAPI()


@app.get("/double/{number}")
async def double(number: int):
    os._exit(0)
