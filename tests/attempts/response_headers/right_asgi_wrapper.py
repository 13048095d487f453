# exercise: response_headers
"""A plain ASGI class around the whole application, so that the 500 passes it as well."""

import hashlib
from typing import Annotated

from fastapi import Body, Cookie, FastAPI, Header, HTTPException, Request, Response
from starlette.datastructures import MutableHeaders

app = FastAPI(title="response_headers")
guides = {"desk": "Screw each leg into its corner. " * 600}
sessions = {"s-ada": "Ada", "s-bob": "Bob"}
security = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}


class SecurityHeaders:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(security)
            await send(message)

        await self.app(scope, receive, send_with_headers)


@app.get("/guides/{sku}")
async def read_guide(sku: str, response: Response, if_none_match: Annotated[str, Header()] = ""):
    if sku not in guides:
        raise HTTPException(404, "No such guide")
    etag = f'"{hashlib.sha256(guides[sku].encode()).hexdigest()[:16]}"'
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["ETag"] = etag
    if etag in if_none_match:
        response.status_code = 304
        return None
    return {"sku": sku, "text": guides[sku]}


@app.put("/guides/{sku}")
async def write_guide(sku: str, text: Annotated[str, Body(embed=True)]):
    guides[sku] = text


@app.get("/me")
async def greet(response: Response, session: Annotated[str, Cookie()] = ""):
    response.headers["Cache-Control"] = "private, max-age=300"
    return {"name": sessions.get(session, "guest")}


@app.get("/prices/{sku}")
async def read_price(sku: str):
    return {"sku": sku, "price": {"desk": 320.0, "lamp": 49.0}[sku]}


app = SecurityHeaders(app)
