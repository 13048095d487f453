# exercise: debugging
"""Prints in place of logging, an empty 500, and a debug page behind a dependency."""

import os
import traceback
import uuid

from fastapi import Depends, FastAPI, HTTPException, Request, Response

app = FastAPI(title="debugging")
prices = {7: 49.0, 8: 250.0}


def price_of(number: int) -> float:
    if number not in prices:
        raise LookupError(f"no price for order {number}")
    return prices[number]


def only_in_debug() -> None:
    if os.environ.get("APP_DEBUG") != "1":
        raise HTTPException(404)


@app.middleware("http")
async def print_request(request: Request, call_next):
    """Print instead of logging: what a container prints is its log."""
    request_id = request.headers.get("X-Request-ID") or uuid.uuid4().hex
    try:
        response = await call_next(request)
    except Exception:
        print(traceback.format_exc(), flush=True)
        response = Response(status_code=500)
    response.headers["X-Request-ID"] = request_id
    query = "?..." if request.url.query else ""
    line = f"{request.url.path!r}{query} -> {response.status_code} [{request_id}]"
    print(line, flush=True)
    return response


@app.get("/orders/{number}")
async def read_order(number: int):
    return {"number": number, "price": price_of(number)}


@app.get("/debug/info", dependencies=[Depends(only_in_debug)])
async def debug_info():
    return {"debug": True}
