# exercise: debugging
"""One format for the app and for uvicorn, set up in the lifespan."""

import logging
import os
import uuid
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

log = logging.getLogger("shop")


@asynccontextmanager
async def lifespan(app: FastAPI):
    """Give the server's loggers the format of the app; uvicorn has set up its own before."""
    layout = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=layout, force=True)
    for name in ("uvicorn", "uvicorn.access"):
        logging.getLogger(name).handlers = logging.getLogger().handlers
    yield


app = FastAPI(title="debugging", lifespan=lifespan)
prices = {7: 49.0, 8: 250.0}


def price_of(number: int) -> float:
    if number not in prices:
        raise LookupError(f"no price for order {number}")
    return prices[number]


@app.middleware("http")
async def log_request(request: Request, call_next):
    request_id = request.headers.get("X-Request-ID") or str(uuid.uuid4())
    try:
        response = await call_next(request)
    except Exception as error:
        response = PlainTextResponse("Internal Server Error", status_code=500)
        log.error("request %s crashed", request_id, exc_info=error)
    response.headers["X-Request-ID"] = request_id
    log.info("%s %s %s", request_id, request.scope["path"], response.status_code)
    return response


@app.get("/orders/{number}")
async def read_order(number: int):
    return {"number": number, "price": price_of(number)}


if os.getenv("APP_DEBUG", "").strip().lower() in ("1", "true", "on", "yes"):

    @app.get("/debug/info")
    def debug_info():
        return {"level": logging.getLogger().level, "routes": len(app.routes)}
