# exercise: websockets
"""A set in place of the list, and a task with a limit for each send."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


class ConnectionManager:
    def __init__(self):
        self.connections: set[WebSocket] = set()
        self.tasks = set()

    async def connect(self, websocket: WebSocket):
        await websocket.accept()
        self.connections.add(websocket)

    def disconnect(self, websocket: WebSocket):
        self.connections.discard(websocket)

    async def broadcast(self, message: dict):
        for connection in self.connections:
            task = asyncio.create_task(self.send(connection, message))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def send(self, connection, message):
        try:
            await asyncio.wait_for(connection.send_json(message), 1.5)
        except Exception:
            self.connections.discard(connection)


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
