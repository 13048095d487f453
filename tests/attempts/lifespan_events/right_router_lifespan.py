# exercise: lifespan_events
"""The app's lifespan has the stock, an included router's own has the prices."""

import json
import os
from contextlib import asynccontextmanager
from urllib.request import Request, urlopen

from fastapi import APIRouter, FastAPI


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
async def stock_lifespan(app: FastAPI):
    stock.open()
    try:
        yield
    finally:
        stock.close()


@asynccontextmanager
async def prices_lifespan(router: APIRouter):
    prices.open()
    try:
        yield
    finally:
        prices.close()


app = FastAPI(title="lifespan_events", lifespan=stock_lifespan)
router = APIRouter(lifespan=prices_lifespan)


@router.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "stock": stock.read(sku), "price": prices.read(sku)}


app.include_router(router)
