# exercise: monitoring_observability
"""Both probes share a lock, so /live waits while /ready asks.

Fails: GET /live answers 200 while the supplier fails or hangs, and does not ask it
"""

import asyncio
import json
import logging
import os

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


lock = asyncio.Lock()


@app.get("/live")
async def live():
    async with lock:
        return {"alive": True}


@app.get("/ready")
async def ready():
    try:
        async with lock, asyncio.timeout(1), httpx.AsyncClient() as client:
            answer = await client.get(os.environ["SUPPLIER_URL"])
            answer.raise_for_status()
    except (httpx.HTTPError, TimeoutError):
        raise HTTPException(503, "The supplier does not answer") from None
    return {"supplier": True}


app.include_router(orders, prefix="/v1")
app.include_router(orders, prefix="/v2")
