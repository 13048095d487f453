# exercise: custom_middleware
"""The star is gone; CORSMiddleware is still inside the limiter, and so is the log.

Fails: the shop's page can read every answer, also a refusal; its preflights use up no limit
Fails: every answer has a line in the app's own log, also a refusal and a preflight
Fails: a refused customer is served again after the seconds in Retry-After
Fails: the app remembers only the customers of the last window, as GET /stats tells
"""

import os
import time

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
visits: dict[str, list[float]] = {}
app = FastAPI(title="custom_middleware")
app.add_middleware(CORSMiddleware, allow_origins=[SHOP], allow_credentials=True)


@app.middleware("http")
async def write_log(request: Request, call_next):
    response = await call_next(request)
    print(request.method, request.url.path, response.status_code)
    return response


@app.middleware("http")
async def limit_visits(request: Request, call_next):
    now, client = time.monotonic(), request.client.host
    visits[client] = [t for t in visits.get(client, []) if t > now - WINDOW]
    if len(visits[client]) >= LIMIT:
        return Response("Too many requests", 429, {"Retry-After": "60"})
    visits[client].append(now)
    return await call_next(request)


@app.get("/orders")
async def orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/stats")
async def stats():
    return {"remembered": len(visits)}
