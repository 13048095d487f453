# exercise: hasty
"""Sleeps for ever in the event loop at the first request.

Aims: a run that waits.
Ends: not_yet
"""

import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/{path:path}")
async def everything(path: str):
    time.sleep(1_000_000)
