# exercise: lifespan_events
"""Leaves the closing to `atexit`, which a process that SIGTERM stops never reaches.

Fails: told to stop, it closes both once, the last opened first, and exits
Fails: if closing one connection fails, the other is closed all the same
"""

import atexit
import json
import os
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def lifespan(app: FastAPI):
    for connection in (stock, prices):
        connection.open()
        atexit.register(connection.close)
    yield


app = FastAPI(title="lifespan_events", lifespan=lifespan)


@app.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "stock": stock.read(sku), "price": prices.read(sku)}
