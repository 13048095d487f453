# exercise: async_endpoints
"""Threads keep the loop free, but a semaphore lets only two requests ask the supplier.

Fails: four requests reach the supplier at the same time
"""

import asyncio
import json
import os
from urllib.request import urlopen

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")
places = asyncio.Semaphore(2)


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    async with places:
        return {"sku": sku, "price": await asyncio.to_thread(fetch_price, sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
