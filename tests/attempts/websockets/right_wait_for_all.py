# exercise: websockets
"""asyncio.wait with a time limit; whoever is not done then, or has failed, is taken out."""

import asyncio

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, ValidationError

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


peers: list[WebSocket] = []


async def broadcast(m):
    sends = {asyncio.create_task(p.send_json(m)): p for p in peers}
    done, pending = await asyncio.wait(sends, timeout=1.5)
    for t in pending:
        t.cancel()
    for t in pending | {d for d in done if d.exception()}:
        if sends[t] in peers:
            peers.remove(sends[t])


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await websocket.accept()
    peers.append(websocket)
    try:
        async for text in websocket.iter_text():
            try:
                m = Message.model_validate_json(text)
            except ValidationError:
                await websocket.send_json({"error": "no"})
                continue
            await broadcast({"name": name, "text": m.text})
    finally:
        if websocket in peers:
            peers.remove(websocket)


@app.get("/online")
async def count_online():
    return {"online": len(peers)}
