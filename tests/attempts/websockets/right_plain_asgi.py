# exercise: websockets
"""No framework at all: an ASGI callable with a set of send functions."""

import asyncio
import json

peers = set()


async def give(send, m):
    try:
        await asyncio.wait_for(send({"type": "websocket.send", "text": json.dumps(m)}), 1)
    except Exception:
        peers.discard(send)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            m = await receive()
            await send({"type": m["type"] + ".complete"})
            if m["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "http":
        body = json.dumps({"online": len(peers)}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    name = scope["path"].removeprefix("/chat/")
    await receive()
    await send({"type": "websocket.accept"})
    peers.add(send)
    try:
        while (m := await receive())["type"] == "websocket.receive":
            try:
                text = json.loads(m["text"])["text"]
                if not isinstance(text, str):
                    raise TypeError
            except (ValueError, KeyError, TypeError):
                await give(send, {"error": "?"})
                continue
            await asyncio.gather(*[give(p, {"name": name, "text": text}) for p in peers])
    finally:
        peers.discard(send)
