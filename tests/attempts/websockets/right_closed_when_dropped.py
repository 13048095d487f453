# exercise: websockets
"""Cancels the endpoint of whoever is dropped, so that the connection ends too."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


class ConnectionManager:
    def __init__(self):
        self.connections: dict[WebSocket, asyncio.Task] = {}

    async def connect(self, websocket: WebSocket):
        await websocket.accept()
        self.connections[websocket] = asyncio.current_task()

    def disconnect(self, websocket: WebSocket):
        self.connections.pop(websocket, None)

    async def broadcast(self, message: dict):
        await asyncio.gather(*(self.send(peer, message) for peer in self.connections))

    async def send(self, peer: WebSocket, message: dict):
        try:
            async with asyncio.timeout(1):
                await peer.send_json(message)
        except TimeoutError:
            if task := self.connections.pop(peer, None):
                task.cancel()
        except (WebSocketDisconnect, RuntimeError):
            self.disconnect(peer)


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
