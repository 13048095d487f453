# exercise: async_endpoints
"""The blocking call moves to asyncio's own, smaller pool."""

import asyncio
import json
import os
from urllib.request import urlopen

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    return {"sku": sku, "price": await asyncio.to_thread(fetch_price, sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
