# exercise: lifespan_events
"""Each request opens its own connections, and closes them well.

Fails: when the app is ready, it has opened one connection to each server
Fails: requests are answered through these two connections, and open no others
"""

import json
import os
from contextlib import ExitStack
from typing import Annotated
from urllib.request import Request, urlopen

from fastapi import Depends, FastAPI


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


def connections():
    with ExitStack() as stack:
        opened = [Connection(url) for url in (stock.url, prices.url)]
        for connection in opened:
            connection.open()
            stack.callback(connection.close)
        yield opened


@app.get("/items/{sku}")
def read_item(sku: str, opened: Annotated[list, Depends(connections)]):
    own_stock, own_prices = opened
    return {"sku": sku, "stock": own_stock.read(sku), "price": own_prices.read(sku)}
