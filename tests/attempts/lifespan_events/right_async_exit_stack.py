# exercise: lifespan_events
"""An AsyncExitStack, and the blocking calls in threads."""

import json
import os
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.request import Request, urlopen

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool


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
    async with AsyncExitStack() as stack:
        for connection in (prices, stock):
            await run_in_threadpool(connection.open)
            stack.push_async_callback(run_in_threadpool, connection.close)
        yield


app = FastAPI(title="lifespan_events", lifespan=lifespan)


@app.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "stock": stock.read(sku), "price": prices.read(sku)}
