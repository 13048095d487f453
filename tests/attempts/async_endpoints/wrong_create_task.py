# exercise: async_endpoints
"""A task runs on the same event loop, and blocks it there.

Fails: four requests reach the supplier at the same time
Fails: GET /health answers while they wait
"""

import asyncio
import json
import os
from urllib.request import urlopen

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


async def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    price = asyncio.create_task(fetch_price(sku))
    return {"sku": sku, "price": await price}


@app.get("/health")
async def health():
    return {"status": "ok"}
