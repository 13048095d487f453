# exercise: hasty
"""Accepts the WebSocket and sends messages and pings without end, as large as it can.

Aims: the memory of the check, which takes them in before it reads them.
Ends: not_yet
"""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/shout")
async def shout(socket: WebSocket):
    await socket.accept()
    while True:
        await socket.send_bytes(b"x" * 900_000)
