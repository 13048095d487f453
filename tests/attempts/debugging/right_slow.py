# exercise: debugging
"""Every answer takes two seconds; slow is not wrong here."""

import asyncio
import logging
import os
import re
import uuid

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

logging.basicConfig(level=logging.INFO, force=True)
log = logging.getLogger("shop")
debug = os.environ.get("APP_DEBUG", "").lower() in {"1", "true"}
app = FastAPI(title="debugging")
prices = {7: 49.0, 8: 250.0}


def price_of(number: int) -> float:
    if number not in prices:
        raise LookupError(f"no price for order {number}")
    return prices[number]


@app.middleware("http")
async def log_request(request: Request, call_next):
    sent = request.headers.get("X-Request-ID", "")
    request_id = sent if re.fullmatch(r"[A-Za-z0-9-]{1,64}", sent) else uuid.uuid4().hex
    await asyncio.sleep(2)
    try:
        response = await call_next(request)
    except Exception:
        log.exception("%s crashed", request_id)
        response = PlainTextResponse("Internal Server Error", status_code=500)
    log.info("%s %s %r %s", request_id, request.method, request.url.path, response.status_code)
    response.headers["X-Request-ID"] = request_id
    return response


@app.get("/orders/{number}")
async def read_order(number: int):
    return {"number": number, "price": price_of(number)}


if debug:

    @app.get("/debug/info")
    async def debug_info():
        return {"debug": debug, "prices": len(prices)}