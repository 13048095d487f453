# exercise: custom_middleware
"""The limiter is a dependency of the whole app: it raises, and is inside of every middleware."""

import math
import os
import time

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
visits: dict[str, list[float]] = {}


async def limit_visits(request: Request) -> None:
    now, client = time.monotonic(), request.client.host
    for gone in [c for c, times in visits.items() if times[-1] <= now - WINDOW]:
        del visits[gone]
    recent = [t for t in visits.get(client, []) if t > now - WINDOW]
    if len(recent) >= LIMIT:
        wait = math.ceil(recent[0] + WINDOW - now)
        raise HTTPException(429, "Too many requests", {"Retry-After": str(wait)})
    visits[client] = [*recent, now]


app = FastAPI(title="custom_middleware", dependencies=[Depends(limit_visits)])
app.add_middleware(
    CORSMiddleware, allow_origins=[SHOP], allow_credentials=True, expose_headers=["Retry-After"]
)


@app.middleware("http")
async def write_log(request: Request, call_next):
    response = await call_next(request)
    print(request.method, request.url.path, response.status_code)
    return response


@app.get("/orders")
async def orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/stats")
async def stats():
    return {"remembered": len(visits)}
