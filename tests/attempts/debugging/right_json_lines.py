# exercise: debugging
"""JSON lines with the id from a context variable, and a switch that pydantic reads."""

import json
import logging
import os
import sys
import uuid
from contextvars import ContextVar

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from pydantic import TypeAdapter

current_id: ContextVar[str] = ContextVar("current_id", default="")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {"level": record.levelname, "request_id": current_id.get()}
        row |= {"message": record.getMessage(), **getattr(record, "fields", {})}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return json.dumps(row)


handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(JsonLines())
logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
log = logging.getLogger("shop")
debug = TypeAdapter(bool).validate_python(os.environ.get("APP_DEBUG", "0"))
app = FastAPI(title="debugging")
prices = {7: 49.0, 8: 250.0}


def price_of(number: int) -> float:
    if number not in prices:
        raise LookupError(f"no price for order {number}")
    return prices[number]


@app.middleware("http")
async def log_request(request: Request, call_next):
    token = current_id.set(request.headers.get("X-Request-ID", "")[:64] or uuid.uuid4().hex)
    try:
        try:
            response = await call_next(request)
        except Exception:
            log.exception("crash")
            response = PlainTextResponse("Internal Server Error", status_code=500)
        response.headers["X-Request-ID"] = current_id.get()
        fields = {"path": request.url.path, "status": response.status_code}
        log.info("request", extra={"fields": fields})
        return response
    finally:
        current_id.reset(token)


@app.get("/orders/{number}")
async def read_order(number: int):
    return {"number": number, "price": price_of(number)}


if debug:

    @app.get("/debug/info")
    async def debug_info():
        return {"debug": debug}
