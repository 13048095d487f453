# exercise: response_headers
"""The endpoint returns a response of its own in each case, and puts the headers on that one."""

import hashlib
from typing import Annotated

from fastapi import Body, Cookie, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

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


@app.get("/guides/{sku}")
def read_guide(sku: str, request: Request):
    if sku not in guides:
        raise HTTPException(404, "No such guide")
    etag = f'"{hashlib.blake2b(guides[sku].encode(), digest_size=8).hexdigest()}"'
    headers = {"Cache-Control": "public, max-age=60", "ETag": etag}
    copies = request.headers.get("If-None-Match", "").split(",")
    if etag in [copy.strip().removeprefix("W/") for copy in copies]:
        return Response(status_code=304, headers=headers)
    return JSONResponse({"sku": sku, "text": guides[sku]}, headers=headers)


@app.put("/guides/{sku}")
async def write_guide(sku: str, text: Annotated[str, Body(embed=True)]):
    guides[sku] = text


@app.get("/me")
def greet(session: Annotated[str, Cookie()] = ""):
    name = sessions.get(session, "guest")
    return JSONResponse({"name": name}, headers={"Cache-Control": "no-store"})


@app.get("/prices/{sku}")
async def read_price(sku: str):
    return {"sku": sku, "price": {"desk": 320.0, "lamp": 49.0}[sku]}
