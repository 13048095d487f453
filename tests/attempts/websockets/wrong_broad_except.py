# exercise: websockets
"""Everything that happens in the endpoint is caught there, also what happened to others.

Fails: if a connection breaks during a broadcast, nobody else misses anything or is thrown out
Fails: while somebody reads nothing, the others go on getting every message, in order
Fails: somebody who reads nothing is dropped: GET /online no longer counts them
"""

from fastapi import FastAPI, WebSocket
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
        for connection in self.connections:
            await connection.send_json(message)


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
    except Exception:
        pass
    finally:
        manager.disconnect(websocket)


@app.get("/online")
async def count_online():
    return {"online": len(manager.connections)}
