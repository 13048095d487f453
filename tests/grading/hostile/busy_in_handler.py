# exercise: hasty
"""Computes for ever in C code, where no signal handler of Python runs.

Aims: an app that can neither answer nor be interrupted.
Ends: not_yet
"""

import re

from fastapi import FastAPI

app = FastAPI()


@app.get("/double/{number}")
async def double(number: int):
    return {"double": re.match(r"(a+)+$", "a" * 60 + "b")}
