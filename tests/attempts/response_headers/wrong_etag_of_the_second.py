# exercise: response_headers
"""The ETag is the second of the last change, and two changes may share one.

Fails: a client with another ETag gets the guide; once it has changed, also a new ETag
"""

import time
from typing import Annotated

from fastapi import Body, Cookie, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse

app = FastAPI(title="response_headers")
guides = {"desk": "Screw each leg into its corner. " * 600}
sessions = {"s-ada": "Ada", "s-bob": "Bob"}
changed: dict[str, int] = {}
security = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}


@app.middleware("http")
async def add_security_headers(request: Request, call_next):
    response = await call_next(request)
    response.headers.update(security)
    return response


@app.exception_handler(Exception)
async def answer_crash(request: Request, error: Exception):
    return PlainTextResponse("Internal Server Error", 500, security)


@app.get("/guides/{sku}")
async def read_guide(sku: str, response: Response, if_none_match: Annotated[str, Header()] = ""):
    if sku not in guides:
        raise HTTPException(404, "No such guide")
    etag = f'"{changed.get(sku, 0)}"'
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["ETag"] = etag
    if etag in if_none_match:
        response.status_code = 304
        return None
    return {"sku": sku, "text": guides[sku]}


@app.put("/guides/{sku}")
async def write_guide(sku: str, text: Annotated[str, Body(embed=True)]):
    guides[sku] = text
    changed[sku] = int(time.time())


@app.get("/me")
async def greet(response: Response, session: Annotated[str, Cookie()] = ""):
    response.headers["Cache-Control"] = "no-store"
    return {"name": sessions.get(session, "guest")}


@app.get("/prices/{sku}")
async def read_price(sku: str):
    return {"sku": sku, "price": {"desk": 320.0, "lamp": 49.0}[sku]}
