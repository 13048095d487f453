# exercise: custom_middleware
"""Three small ASGI classes, put around the app by hand: app = Log(CORS(Limiter(app)))."""

import math
import os
import time

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse

SHOP = os.environ.get("SHOP_ORIGIN", "https://shop.example")
LIMIT = int(os.environ.get("RATE_LIMIT", "3"))
WINDOW = int(os.environ.get("RATE_WINDOW", "1"))
shop = FastAPI(title="custom_middleware")


class Limiter:
    """Sliding windows, swept once a window."""

    def __init__(self, app):
        self.app = app
        self.visits = {}
        self.swept = time.monotonic()

    def sweep(self, now):
        if now - self.swept >= WINDOW:
            self.visits = {c: v for c, v in self.visits.items() if v[-1] > now - WINDOW}
            self.swept = now

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            now, client = time.monotonic(), scope["client"][0]
            self.sweep(now)
            recent = [t for t in self.visits.get(client, []) if t > now - WINDOW]
            if len(recent) >= LIMIT:
                wait = max(1, math.ceil(recent[0] + WINDOW - now))
                refusal = PlainTextResponse("Too many requests", 429, {"Retry-After": str(wait)})
                return await refusal(scope, receive, send)
            self.visits[client] = [*recent, now]
        await self.app(scope, receive, send)


class Log:
    """One line per answer, also for a crash."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status = 500

        async def send_noting(message):
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            print(scope["method"], scope["path"], status)


@shop.get("/orders")
async def orders():
    return ["a desk for Bob", "a lamp for Eve"]


@shop.get("/stats")
async def stats():
    return {"remembered": len(limiter.visits)}


limiter = Limiter(shop)
app = Log(
    CORSMiddleware(
        limiter, allow_origins=[SHOP], allow_credentials=True, expose_headers=["Retry-After"]
    )
)
