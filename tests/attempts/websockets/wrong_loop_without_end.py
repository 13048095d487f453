# exercise: websockets
"""Catches everything around receive too: who has left is asked again for ever.

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
    try:
        while True:
            try:
                text = await websocket.receive_text()
                m = Message.model_validate_json(text)
            except Exception:
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
