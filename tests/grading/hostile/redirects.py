# exercise: ledger
"""Redirects to itself, to the grader's loopback, to files and to the check's own partner.

Aims: a client that follows: for ever, or to where the app itself cannot go.
Ends: not_yet
"""

import itertools

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()
targets = itertools.cycle(
    ["http://127.0.0.1:@PORT@/", "file://@CANARY@/secret.txt", "/double/1", "//example.com/"]
)


@app.get("/{path:path}")
async def everything(path: str):
    return RedirectResponse(next(targets))
