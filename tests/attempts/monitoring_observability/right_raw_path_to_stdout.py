# exercise: monitoring_observability
"""Two ASGI middlewares; the line goes to stdout and has the address as it was sent."""

import asyncio
import json
import logging
import os
import sys
import uuid

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


class Count:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = template_of(Request(scope))
        seen = {"status": 500}

        async def watch(message):
            if message["type"] == "http.response.start":
                seen.update(status=message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            method = scope["method"] if scope["method"] in methods else "?"
            answers.labels(method, path, seen["status"]).inc()


class Log:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = {"status": 500}

        async def watch(message):
            if message["type"] == "http.response.start":
                seen.update(status=message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            line = {"method": scope["method"], "path": scope["raw_path"].decode("ascii")}
            line |= {"level": "info", "status": seen["status"], "request_id": uuid.uuid4().hex}
            sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
            sys.stdout.flush()


app.add_middleware(Count)
app.add_middleware(Log)


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
