# exercise: lifespan_events
"""No lifespan of FastAPI's: a wrapper around the app speaks the protocol of the server."""

import json
import os
from contextlib import ExitStack
from urllib.request import Request, urlopen

from fastapi import FastAPI


class Connection:
    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, path: str):
        with urlopen(Request(self.url + path, method=method)) as answer:
            return json.load(answer)

    def open(self) -> None:
        self.id = self.ask("POST", "/connections")

    def read(self, sku: str):
        return self.ask("GET", f"/connections/{self.id}/items/{sku}")

    def close(self) -> None:
        self.ask("DELETE", f"/connections/{self.id}")


stock, prices = Connection(os.environ["STOCK_URL"]), Connection(os.environ["PRICES_URL"])


shop = FastAPI(title="lifespan_events")


@shop.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "stock": stock.read(sku), "price": prices.read(sku)}


async def app(scope, receive, send):
    if scope["type"] != "lifespan":
        return await shop(scope, receive, send)
    await receive()
    said = "startup"
    try:
        with ExitStack() as stack:
            for connection in (stock, prices):
                connection.open()
                stack.callback(connection.close)
            await send({"type": "lifespan.startup.complete"})
            said = "shutdown"
            await receive()
    except OSError as error:
        return await send({"type": f"lifespan.{said}.failed", "message": str(error)})
    await send({"type": "lifespan.shutdown.complete"})
