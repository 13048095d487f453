# exercise: debugging
"""The client gets the text of the exception as detail.

Fails: a crash is answered with a plain 500 that tells nothing of the inside
"""

import logging
import os
import uuid

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

logging.basicConfig(level=logging.INFO, force=True)
log = logging.getLogger("shop")
debug = os.environ.get("APP_DEBUG") == "1"
app = FastAPI(title="debugging", debug=debug)
prices = {7: 49.0, 8: 250.0}


def price_of(number: int) -> float:
    if number not in prices:
        raise LookupError(f"no price for order {number}")
    return prices[number]


@app.middleware("http")
async def log_request(request: Request, call_next):
    request.state.id = request.headers.get("X-Request-ID") or str(uuid.uuid4())
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
        response.headers["X-Request-ID"] = request.state.id
        return response
    finally:
        log.info("%s %s %s", request.state.id, request.url.path, status)


@app.exception_handler(Exception)
async def apologise(request: Request, error: Exception):
    body = {"detail": str(error), "id": request.state.id}
    return JSONResponse(body, status_code=500, headers={"X-Request-ID": request.state.id})


@app.get("/orders/{number}")
async def read_order(number: int):
    return {"number": number, "price": price_of(number)}


@app.get("/debug/info", include_in_schema=debug)
async def debug_info():
    if not debug:
        return JSONResponse({"detail": "Not Found"}, status_code=404)
    return {"debug": app.debug}
