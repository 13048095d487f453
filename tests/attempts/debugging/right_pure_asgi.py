# exercise: debugging
"""A plain ASGI wrapper around the whole app adds the id and writes the line."""

import logging
import os
import uuid

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.datastructures import Headers, MutableHeaders

logging.basicConfig(level=logging.INFO, force=True)
log = logging.getLogger("shop")
shop = FastAPI(title="debugging")
prices = {7: 49.0, 8: 250.0}


def price_of(number: int) -> float:
    if number not in prices:
        raise LookupError(f"no price for order {number}")
    return prices[number]


@shop.get("/orders/{number}")
async def read_order(number: int):
    return {"number": number, "price": price_of(number)}


if os.environ.get("APP_DEBUG", "0") in ("1", "true", "yes"):

    @shop.get("/debug/info")
    async def debug_info():
        return {"debug": True, "pid": os.getpid()}


class RequestLog:
    """Sees every answer, because it stands outside of all that Starlette adds."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = Headers(scope=scope).get("X-Request-ID") or uuid.uuid4().hex
        status = None

        async def send_with_id(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("request %s", request_id)
            if status is None:
                failure = PlainTextResponse("Internal Server Error", status_code=500)
                await failure(scope, receive, send_with_id)
        finally:
            log.info("id=%s path=%s status=%s", request_id, scope["path"], status)


app = RequestLog(shop)
