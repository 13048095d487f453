# exercise: websockets
"""A queue of eight for each connection, which a writer empties; whose queue is full is out."""

import asyncio
import contextlib

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")
queues: dict[WebSocket, asyncio.Queue] = {}


class Message(BaseModel):
    text: str


def broadcast(message: dict):
    for websocket, queue in list(queues.items()):
        try:
            queue.put_nowait(message)
        except asyncio.QueueFull:
            del queues[websocket]


async def write(websocket: WebSocket, queue: asyncio.Queue):
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await websocket.send_json(await queue.get())


async def read(websocket: WebSocket, name: str):
    while True:
        try:
            message = Message.model_validate_json(await websocket.receive_text())
        except ValueError as error:
            queues[websocket].put_nowait({"error": str(error)})
        else:
            broadcast({"name": name, "text": message.text})


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await websocket.accept()
    queue = queues[websocket] = asyncio.Queue(maxsize=8)
    writer = asyncio.create_task(write(websocket, queue))
    try:
        await read(websocket, name)
    except WebSocketDisconnect:
        pass
    finally:
        writer.cancel()
        queues.pop(websocket, None)


@app.get("/online")
async def count_online():
    return {"online": len(queues)}
