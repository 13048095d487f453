# exercise: async_endpoints
"""The blocking call alone moves to FastAPI's thread pool."""

import json
import os
from urllib.request import urlopen

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI(title="async_endpoints")


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    return {"sku": sku, "price": await run_in_threadpool(fetch_price, sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
