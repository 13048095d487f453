# exercise: async_endpoints
"""An `async def` around a blocking call does not make the call awaitable.

Fails: four requests reach the supplier at the same time
Fails: GET /health answers while they wait
"""

import json
import os
from urllib.request import urlopen

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


async def fetch_price_async(sku: str) -> float:
    return fetch_price(sku)


@app.get("/items/{sku}")
async def read_item(sku: str):
    return {"sku": sku, "price": await fetch_price_async(sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
