# exercise: websockets
"""Counts the names; two guests may have the same.

Fails: GET /online counts everybody who is there, and nobody who is gone for any reason
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
    await asyncio.gather(*[send(p, m) for p in peers])


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await websocket.accept()
    peers.add(websocket)
    websocket.state.name = name
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
    return {"online": len({p.state.name for p in peers})}
