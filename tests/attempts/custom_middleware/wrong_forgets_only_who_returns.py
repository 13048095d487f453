# exercise: custom_middleware
"""The list of a customer is pruned when that customer comes again, and only then.

Fails: the app remembers only the customers of the last window, as GET /stats tells
"""

import math
import os
import time

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
visits: dict[str, list[float]] = {}
app = FastAPI(title="custom_middleware")


@app.middleware("http")
async def limit_visits(request: Request, call_next):
    now, client = time.monotonic(), request.client.host
    recent = [t for t in visits.get(client, []) if t > now - WINDOW]
    if len(recent) >= LIMIT:
        wait = math.ceil(recent[0] + WINDOW - now)
        return Response("Too many requests", 429, {"Retry-After": str(wait)})
    visits.pop(client, None)
    visits[client] = [*recent, now]  # at the end: the longest silent client stands first
    return await call_next(request)


app.add_middleware(
    CORSMiddleware,
    allow_origins=[SHOP],
    allow_credentials=True,
    expose_headers=["Retry-After"],
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
