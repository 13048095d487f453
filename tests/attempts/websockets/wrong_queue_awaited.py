# exercise: websockets
"""The queue has an end, and the broadcast waits until there is room in it.

Fails: while somebody reads nothing, the others go on getting every message, in order
"""

import asyncio
import contextlib

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


queues = {}
peers: set[WebSocket] = set()


async def send(ws, m):
    try:
        async with asyncio.timeout(1):
            await ws.send_json(m)
    except Exception:
        peers.discard(ws)


async def broadcast(m, speaker):
    for q in list(queues.values()):
        await q.put(m)


async def write(ws, q):
    with contextlib.suppress(Exception):
        while True:
            await ws.send_json(await q.get())


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await websocket.accept()
    peers.add(websocket)
    q = queues[websocket] = asyncio.Queue(8)
    t = asyncio.create_task(write(websocket, q))
    try:
        while True:
            text = await websocket.receive_text()
            try:
                m = Message.model_validate_json(text)
            except ValueError:
                await send(websocket, {"error": "bad"})
                continue
            await broadcast({"name": name, "text": m.text}, websocket)
    except WebSocketDisconnect:
        pass
    finally:
        t.cancel()
        queues.pop(websocket, None)
        peers.discard(websocket)


@app.get("/online")
async def count_online():
    return {"online": len(peers)}
