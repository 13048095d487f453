# exercise: websockets
"""A dict by name: the second of one name takes the place of the first.

Fails: GET /online counts everybody who is there, and nobody who is gone for any reason
"""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


class ConnectionManager:
    def __init__(self):
        self.connections: dict[str, WebSocket] = {}

    async def connect(self, name: str, websocket: WebSocket):
        await websocket.accept()
        self.connections[name] = websocket

    def disconnect(self, name: str):
        self.connections.pop(name, None)

    async def broadcast(self, message: dict):
        await asyncio.gather(*(self.send(name, message) for name in self.connections))

    async def send(self, name: str, message: dict):
        try:
            async with asyncio.timeout(1):
                await self.connections[name].send_json(message)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            self.disconnect(name)


manager = ConnectionManager()


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await manager.connect(name, websocket)
    try:
        while True:
            text = await websocket.receive_text()
            try:
                message = Message.model_validate_json(text)
            except ValueError:
                await websocket.send_json({"error": "Send JSON with a text"})
            else:
                await manager.broadcast({"name": name, "text": message.text})
    except WebSocketDisconnect:
        pass
    finally:
        manager.disconnect(name)


@app.get("/online")
async def count_online():
    return {"online": len(manager.connections)}
