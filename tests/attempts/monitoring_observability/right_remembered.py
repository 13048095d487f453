# exercise: monitoring_observability
"""A task asks the supplier now and then; /ready tells what it heard last."""

import asyncio
import contextlib
import json
import logging
import os

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    generate_latest,
)
from starlette.routing import Match

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
heard = {"well": False}


async def listen():
    async with httpx.AsyncClient(timeout=0.5) as client:
        while True:
            try:
                async with asyncio.timeout(0.5):
                    answer = await client.get(os.environ["SUPPLIER_URL"])
                heard["well"] = answer.is_success
            except (httpx.HTTPError, TimeoutError):
                heard["well"] = False
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    task = asyncio.create_task(listen())
    yield
    task.cancel()


app = FastAPI(title="monitoring_observability", lifespan=lifespan)
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


@app.get("/ready")
async def ready():
    if not heard["well"]:
        raise HTTPException(503)
    return heard


app.include_router(orders, prefix="/v1")
app.include_router(orders, prefix="/v2")
