# exercise: async_endpoints
"""The blocking call moves to AnyIO's worker threads, which are the same pool."""

import json
import os
from urllib.request import urlopen

import anyio.to_thread
from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    return {"sku": sku, "price": await anyio.to_thread.run_sync(fetch_price, sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
