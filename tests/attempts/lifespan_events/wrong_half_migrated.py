# exercise: lifespan_events
"""A lifespan beside `@app.on_event`: the handlers of the older form are never called.

Fails: when the app is ready, it has opened one connection to each server
Fails: requests are answered through these two connections, and open no others
Fails: if the second connection is refused, the app does not start
"""

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
    stock.open()
    try:
        yield
    finally:
        stock.close()


app = FastAPI(title="lifespan_events", lifespan=lifespan)


@app.on_event("startup")
def open_prices():
    prices.open()


@app.on_event("shutdown")
def close_prices():
    prices.close()


@app.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "stock": stock.read(sku), "price": prices.read(sku)}
