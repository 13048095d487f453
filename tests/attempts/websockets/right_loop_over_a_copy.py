# exercise: websockets
"""One after the other, over a copy of the list, with two seconds for each."""

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
        for connection in list(self.connections):
            try:
                await asyncio.wait_for(connection.send_json(message), timeout=2)
            except Exception:
                self.disconnect(connection)


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
                await websocket.send_json({"error": "Send JSON with a text"})
            else:
                await manager.broadcast({"name": name, "text": message.text})
    except WebSocketDisconnect:
        pass
    finally:
        manager.disconnect(websocket)


@app.get("/online")
async def count_online():
    return {"online": len(manager.connections)}
