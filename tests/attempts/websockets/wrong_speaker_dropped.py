# exercise: websockets
"""Takes out the one who speaks, in place of the one who does not read.

Fails: somebody who reads nothing is dropped: GET /online no longer counts them
"""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


peers: set[WebSocket] = set()


async def send(ws, m):
    try:
        async with asyncio.timeout(1):
            await ws.send_json(m)
    except Exception:
        peers.discard(ws)


async def broadcast(m, speaker):
    for p in list(peers):
        try:
            async with asyncio.timeout(1):
                await p.send_json(m)
        except Exception:
            peers.discard(speaker)


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await websocket.accept()
    peers.add(websocket)
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
        peers.discard(websocket)


@app.get("/online")
async def count_online():
    return {"online": len(peers)}
