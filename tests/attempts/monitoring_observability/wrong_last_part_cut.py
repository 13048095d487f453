# exercise: monitoring_observability
"""The last part of the address is left out, whatever it is.

Fails: new ids and unknown addresses add no series to GET /metrics
"""

import asyncio
import json
import logging
import os

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    generate_latest,
)

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
app = FastAPI(title="monitoring_observability")
orders = APIRouter(prefix="/orders")
prices = dict.fromkeys(range(1, 1000), 49.0)
registry = CollectorRegistry()
answers = Counter("shop_answers", "Answers", ["method", "path", "status"], registry=registry)
methods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def template_of(request: Request) -> str:
    return request.url.path.rpartition("/")[0] or "/"


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
    try:
        async with asyncio.timeout(1), httpx.AsyncClient() as client:
            answer = await client.get(os.environ["SUPPLIER_URL"])
            answer.raise_for_status()
    except (httpx.HTTPError, TimeoutError):
        raise HTTPException(503, "The supplier does not answer") from None
    return {"supplier": True}


app.include_router(orders, prefix="/v1")
app.include_router(orders, prefix="/v2")
