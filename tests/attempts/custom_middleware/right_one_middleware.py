# exercise: custom_middleware
"""One middleware does all three in the right order; the CORS headers are set by hand."""

import json
import math
import os
import time

from fastapi import FastAPI, Request, Response

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
app = FastAPI(title="custom_middleware")
visits: dict[str, list[float]] = {}


def refusal(client: str) -> Response | None:
    now = time.monotonic()
    for known in list(visits):
        visits[known] = [t for t in visits[known] if t > now - WINDOW]
        if not visits[known]:
            del visits[known]
    mine = visits.get(client, [])
    if len(mine) < LIMIT:
        visits[client] = [*mine, now]
        return None
    wait = math.ceil(mine[0] + WINDOW - now)
    return Response("Too many requests", 429, {"Retry-After": str(wait)})


@app.middleware("http")
async def around_all(request: Request, call_next):
    if request.method == "OPTIONS":
        response = Response(status_code=204)
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Allow-Methods"] = "GET"
    else:
        response = refusal(request.client.host) or await call_next(request)
    response.headers["Access-Control-Allow-Origin"] = SHOP
    response.headers["Access-Control-Allow-Credentials"] = "true"
    line = {"method": request.method, "path": request.url.path, "status": response.status_code}
    print(json.dumps(line))
    return response


@app.get("/orders")
async def orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/stats")
async def stats():
    return {"remembered": len(visits)}
