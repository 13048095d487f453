# exercise: custom_middleware
"""A bucket of tokens for each customer; a task of the lifespan removes those that are full."""

import asyncio
import logging
import math
import os
import time
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
buckets: dict[str, tuple[float, float]] = {}
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
log = logging.getLogger("shop")


def tokens(client: str, now: float) -> float:
    left, since = buckets.get(client, (LIMIT, now))
    return min(LIMIT, left + (now - since) * LIMIT / WINDOW)


async def sweep():
    while True:
        await asyncio.sleep(WINDOW)
        now = time.monotonic()
        for client in [c for c in buckets if tokens(c, now) >= LIMIT]:
            del buckets[client]


@asynccontextmanager
async def lifespan(app: FastAPI):
    sweeper = asyncio.create_task(sweep())
    yield
    sweeper.cancel()
    with suppress(asyncio.CancelledError):
        await sweeper


app = FastAPI(title="custom_middleware", lifespan=lifespan)


@app.middleware("http")
async def limit_visits(request: Request, call_next):
    now, client = time.monotonic(), request.client.host
    left = tokens(client, now)
    buckets[client] = (left - 1 if left >= 1 else left, now)
    if left < 1:
        wait = math.ceil((1 - left) * WINDOW / LIMIT)
        return Response("Too many requests", 429, {"Retry-After": str(wait)})
    return await call_next(request)


app.add_middleware(
    CORSMiddleware,
    allow_origins=[SHOP],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
    expose_headers=["Retry-After"],
)


@app.middleware("http")
async def write_log(request: Request, call_next):
    response = await call_next(request)
    line = "%s %s -> %s"
    log.info(line, request.method, request.url.path, response.status_code)
    return response


@app.get("/orders")
async def orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/stats")
async def stats():
    return {"remembered": len(buckets)}
