# exercise: monitoring_observability
"""The page of prometheus_client is mounted, and an exception handler answers crashes."""

import json
import logging
import os

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry, Counter, make_asgi_app

logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
app = FastAPI(title="monitoring_observability")
orders = APIRouter(prefix="/orders")
prices = dict.fromkeys(range(1, 1000), 49.0)
registry = CollectorRegistry()
answers = Counter("shop_answers", "Answers", ["method", "path", "status"], registry=registry)
methods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def template_of(request: Request) -> str:
    for route in iter_route_contexts(app.routes):
        if route.path_regex.match(request.url.path):
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


app.mount("/metrics", make_asgi_app(registry=registry))


@app.exception_handler(Exception)
async def answer_crash(request: Request, error: Exception):
    return JSONResponse({"error": "Something broke"}, status_code=500)


@app.get("/live")
async def live():
    return {"alive": True}


@app.get("/ready")
def ready():
    try:
        httpx.get(os.environ["SUPPLIER_URL"], timeout=1).raise_for_status()
    except httpx.HTTPError:
        raise HTTPException(503, "The supplier does not answer") from None
    return {"supplier": True}


app.include_router(orders, prefix="/v1")
app.include_router(orders, prefix="/v2")
