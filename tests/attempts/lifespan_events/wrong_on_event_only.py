# exercise: lifespan_events
"""The older form alone: nothing is closed after a failed start, and the first closed comes first.

Fails: if the second connection is refused, the first is closed again
Fails: if closing one connection fails, the other is closed all the same
"""

import json
import os
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


app = FastAPI(title="lifespan_events")


@app.on_event("startup")
def open_both():
    stock.open()
    prices.open()


@app.on_event("shutdown")
def close_both():
    prices.close()
    stock.close()


@app.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "stock": stock.read(sku), "price": prices.read(sku)}
