# exercise: websockets
"""A task group reads and writes; a full queue or a late send ends both."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


peers: dict[WebSocket, asyncio.Queue] = {}


class Out(Exception):
    pass


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await websocket.accept()
    queue = peers[websocket] = asyncio.Queue(32)

    async def write():
        while True:
            m = await queue.get()
            async with asyncio.timeout(1):
                await websocket.send_json(m)

    async def read():
        while True:
            raw = await websocket.receive()
            if raw["type"] == "websocket.disconnect":
                raise Out
            try:
                m = Message.model_validate_json(raw.get("text") or raw.get("bytes") or b"")
            except ValidationError:
                queue.put_nowait({"error": "bad"})
                continue
            for peer, q in list(peers.items()):
                try:
                    q.put_nowait({"name": name, "text": m.text})
                except asyncio.QueueFull:
                    peers.pop(peer, None)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            group.create_task(read())
    except* (Out, TimeoutError, WebSocketDisconnect, RuntimeError):
        pass
    finally:
        peers.pop(websocket, None)


@app.get("/online")
async def count_online():
    return {"online": len(peers)}
