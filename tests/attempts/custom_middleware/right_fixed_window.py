# exercise: custom_middleware
"""One count for each customer, and all counts are dropped when the window is over."""

import math
import os
import time
from collections import Counter

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))


class Visits:
    """The window that is running."""

    counts: Counter[str] = Counter()
    ends = 0.0


async def write_log(request: Request, call_next):
    response = await call_next(request)
    print(f"{request.client.host} {request.method} {request.url.path} {response.status_code}")
    return response


async def limit_visits(request: Request, call_next):
    now = time.time()
    if now >= Visits.ends:
        Visits.counts.clear()
        Visits.ends = (now // WINDOW + 1) * WINDOW
    Visits.counts[request.client.host] += 1
    if Visits.counts[request.client.host] > LIMIT:
        wait = {"Retry-After": str(math.ceil(Visits.ends - now))}
        return JSONResponse({"detail": "Too many requests"}, 429, wait)
    return await call_next(request)


app = FastAPI(
    title="custom_middleware",
    middleware=[
        Middleware(BaseHTTPMiddleware, dispatch=write_log),
        Middleware(CORSMiddleware, allow_origins=[SHOP], allow_credentials=True),
        Middleware(BaseHTTPMiddleware, dispatch=limit_visits),
    ],
)


@app.get("/orders")
async def orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/stats")
async def stats():
    return {"remembered": len(Visits.counts)}
