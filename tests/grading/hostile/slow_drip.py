# exercise: hasty
"""Sends one byte at a time, just in time for a limit on every single read.

Aims: a check that waits for ever.
Ends: not_yet
"""

import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def drip():
    while True:
        yield b" "
        await asyncio.sleep(0.3)


@app.get("/{path:path}")
async def everything(path: str):
    return StreamingResponse(drip(), media_type="application/json")
