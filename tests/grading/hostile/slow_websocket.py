# exercise: hasty
"""Accepts the WebSocket and then says nothing, or never ends the handshake.

Aims: a check that waits.
Ends: not_yet
"""

import asyncio

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/shout")
async def shout(socket: WebSocket):
    await socket.accept()
    await asyncio.sleep(1_000_000)
