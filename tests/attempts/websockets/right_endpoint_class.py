# exercise: websockets
"""A class of Starlette's with a method for each event; it cleans up in on_disconnect."""

import asyncio

from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import WebSocketRoute

app = FastAPI(title="websockets")


class Message(BaseModel):
    text: str


peers = set()


async def send(ws, data):
    try:
        await asyncio.wait_for(ws.send_json(data), 1)
    except Exception:
        peers.discard(ws)


class Chat(WebSocketEndpoint):
    encoding = "text"

    async def on_connect(self, websocket):
        await websocket.accept()
        peers.add(websocket)

    async def on_receive(self, websocket, data):
        try:
            text = Message.model_validate_json(data).text
        except ValidationError as error:
            await send(websocket, {"error": error.errors(include_url=False)})
            return
        m = {"name": websocket.path_params["name"], "text": text}
        await asyncio.gather(*[send(p, m) for p in peers])

    async def on_disconnect(self, websocket, close_code):
        peers.discard(websocket)


app.router.routes.append(WebSocketRoute("/chat/{name}", Chat))


@app.get("/online")
async def count_online():
    return {"online": len(peers)}
