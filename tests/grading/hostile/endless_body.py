# exercise: hasty
"""Answers with a body that never ends, as fast as it can.

Aims: the memory of the check.
Ends: not_yet
"""

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def for_ever():
    while True:
        yield b"1" * 1_000_000


@app.get("/{path:path}")
async def everything(path: str):
    return StreamingResponse(for_ever(), media_type="application/json")
