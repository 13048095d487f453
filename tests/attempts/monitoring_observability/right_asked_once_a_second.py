# exercise: monitoring_observability
"""/ready keeps the answer for a second, and asks again behind a lock."""

import asyncio
import json
import logging
import os
import time

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from starlette.routing import Match

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
app = FastAPI(title="monitoring_observability")
orders = APIRouter(prefix="/orders")
prices = dict.fromkeys(range(1, 1000), 49.0)
registry = CollectorRegistry()
answers = Counter("shop_answers", "Answers", ["method", "path", "status"], registry=registry)
methods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def template_of(request: Request) -> str:
    for route in iter_route_contexts(app.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            return route.path
    return "unknown"


@app.middleware("http")
async def observe(request: Request, call_next):
    path, status = template_of(request), 500
    try:
        response = await call_next(request)
        status = response.status_code
        return response
    finally:
        method = request.method if request.method in methods else "other"
        answers.labels(method, path, status).inc()
        line = {"method": request.method, "path": request.url.path, "status": status}
        logging.info(json.dumps(line))


@orders.get("/{number}")
async def read_order(number: int):
    return {"number": number, "price": prices[number]}


@app.get("/metrics")
async def metrics():
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@app.get("/live")
async def live():
    return {"alive": True}


last = {"at": -10.0, "well": False}
lock = asyncio.Lock()


@app.get("/ready")
async def ready(request: Request):
    async with lock:
        if time.monotonic() - last["at"] > 1:
            try:
                async with asyncio.timeout(1), httpx.AsyncClient() as client:
                    answer = await client.get(os.environ["SUPPLIER_URL"])
                    last["well"] = answer.is_success
            except (httpx.HTTPError, TimeoutError):
                last["well"] = False
            last["at"] = time.monotonic()
    if not last["well"]:
        raise HTTPException(503)
    return {"supplier": True}


app.include_router(orders, prefix="/v1")
app.include_router(orders, prefix="/v2")
