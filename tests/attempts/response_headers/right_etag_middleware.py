# exercise: response_headers
"""A middleware makes the ETag from the body that is sent, for every guide, and compares it."""

import hashlib
from typing import Annotated

from fastapi import Body, Cookie, FastAPI, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse

app = FastAPI(title="response_headers")
guides = {"desk": "Screw each leg into its corner. " * 600}
sessions = {"s-ada": "Ada", "s-bob": "Bob"}
security = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}


@app.middleware("http")
async def add_security_headers(request: Request, call_next):
    response = await call_next(request)
    response.headers.update(security)
    return response


@app.exception_handler(Exception)
async def answer_crash(request: Request, error: Exception):
    return PlainTextResponse("Internal Server Error", 500, security)


@app.middleware("http")
async def answer_not_modified(request: Request, call_next):
    response = await call_next(request)
    if response.status_code != 200 or not request.url.path.startswith("/guides/"):
        return response
    body = b"".join([piece async for piece in response.body_iterator])
    headers = dict(response.headers) | {"ETag": f'"{hashlib.sha1(body).hexdigest()}"'}
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        del headers["content-length"]
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)


@app.get("/guides/{sku}")
async def read_guide(sku: str, response: Response):
    if sku not in guides:
        raise HTTPException(404, "No such guide")
    response.headers["Cache-Control"] = "public, no-cache"
    return {"sku": sku, "text": guides[sku]}


@app.put("/guides/{sku}")
async def write_guide(sku: str, text: Annotated[str, Body(embed=True)]):
    guides[sku] = text


@app.get("/me")
async def greet(response: Response, session: Annotated[str, Cookie()] = ""):
    response.headers["Cache-Control"] = "no-store"
    return {"name": sessions.get(session, "guest")}


@app.get("/prices/{sku}")
async def read_price(sku: str):
    return {"sku": sku, "price": {"desk": 320.0, "lamp": 49.0}[sku]}
