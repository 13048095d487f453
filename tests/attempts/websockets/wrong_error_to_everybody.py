# exercise: websockets
"""The whole room hears what one did wrong.

Fails: a message without a text gets an error, seen by its sender alone, who stays connected
"""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


class ConnectionManager:
    def __init__(self):
        self.connections: list[WebSocket] = []

    async def connect(self, websocket: WebSocket):
        await websocket.accept()
        self.connections.append(websocket)

    def disconnect(self, websocket: WebSocket):
        if websocket in self.connections:
            self.connections.remove(websocket)

    async def broadcast(self, message: dict):
        await asyncio.gather(*(self.send(peer, message) for peer in self.connections))

    async def send(self, websocket: WebSocket, message: dict):
        try:
            async with asyncio.timeout(1):
                await websocket.send_json(message)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            self.disconnect(websocket)


manager = ConnectionManager()


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str):
    await manager.connect(websocket)
    try:
        while True:
            text = await websocket.receive_text()
            try:
                message = Message.model_validate_json(text)
            except ValueError:
                await manager.broadcast({"error": "Send JSON with a text"})
            else:
                await manager.broadcast({"name": name, "text": message.text})
    except WebSocketDisconnect:
        pass
    finally:
        manager.disconnect(websocket)


@app.get("/online")
async def count_online():
    return {"online": len(manager.connections)}
