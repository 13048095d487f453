# exercise: response_headers
"""Other words of Cache-Control, in two lines, in capitals; a 500 as JSON; a new ETag by each write."""

import uuid
from typing import Annotated

from fastapi import Body, Cookie, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

app = FastAPI(title="response_headers")
guides = {"desk": "Screw each leg into its corner. " * 600}
sessions = {"s-ada": "Ada", "s-bob": "Bob"}
tags: dict[str, uuid.UUID] = {}
security = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "deny"}


@app.middleware("http")
async def add_security_headers(request: Request, call_next):
    response = await call_next(request)
    response.headers.update(security)
    return response


@app.exception_handler(Exception)
async def answer_crash(request: Request, error: Exception):
    return JSONResponse({"detail": "Sorry"}, 500, security)


@app.get("/guides/{sku}")
async def read_guide(sku: str, response: Response, if_none_match: Annotated[str, Header()] = ""):
    if sku not in guides:
        raise HTTPException(404, "No such guide")
    etag = f'"{tags.setdefault(sku, uuid.uuid4())}"'
    response.headers["Cache-Control"] = "Max-Age=60, S-MaxAge=600, stale-while-revalidate=30"
    response.headers["ETag"] = etag
    if etag in if_none_match:
        response.status_code = 304
        return None
    return {"sku": sku, "text": guides[sku]}


@app.put("/guides/{sku}")
async def write_guide(sku: str, text: Annotated[str, Body(embed=True)]):
    guides[sku] = text
    tags[sku] = uuid.uuid4()


@app.get("/me")
async def greet(response: Response, session: Annotated[str, Cookie()] = ""):
    response.headers.append("Cache-Control", "no-cache")
    response.headers.append("Cache-Control", "Private")
    return {"name": sessions.get(session, "guest")}


@app.get("/prices/{sku}")
async def read_price(sku: str):
    return {"sku": sku, "price": {"desk": 320.0, "lamp": 49.0}[sku]}
