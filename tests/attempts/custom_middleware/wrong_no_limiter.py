# exercise: custom_middleware
"""Without the limiter nothing is in the wrong order.

Fails: each customer has a limit of their own, whatever X-Forwarded-For they make up
Fails: a refused customer is served again after the seconds in Retry-After
"""

import os

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
visits: dict[str, list[float]] = {}
app = FastAPI(title="custom_middleware")


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
