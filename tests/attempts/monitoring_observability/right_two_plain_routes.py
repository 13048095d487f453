# exercise: monitoring_observability
"""No router: each version has its own route, whose path is then the whole template."""

import asyncio
import json
import logging
import os

import httpx
from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
app = FastAPI(title="monitoring_observability")
prices = dict.fromkeys(range(1, 1000), 49.0)
registry = CollectorRegistry()
answers = Counter("shop_answers", "Answers", ["method", "path", "status"], registry=registry)
methods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def template_of(request: Request) -> str:
    route = request.scope.get("route")
    return route.path if route else "unknown"


@app.middleware("http")
async def observe(request: Request, call_next):
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
        return response
    finally:
        method = request.method if request.method in methods else "other"
        answers.labels(method, template_of(request), status).inc()
        line = {"method": request.method, "path": request.url.path, "status": status}
        logging.info(json.dumps(line))


@app.get("/v1/orders/{number}")
@app.get("/v2/orders/{number}")
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
