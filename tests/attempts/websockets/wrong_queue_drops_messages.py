# exercise: websockets
"""A full queue loses messages in silence; its owner stays and does not know.

Fails: somebody who reads nothing is dropped: GET /online no longer counts them
"""

import asyncio
import contextlib

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")
queues: dict[WebSocket, asyncio.Queue] = {}


class Message(BaseModel):
    text: str


def broadcast(message: dict):
    for queue in list(queues.values()):
        with contextlib.suppress(asyncio.QueueFull):
            queue.put_nowait(message)


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
