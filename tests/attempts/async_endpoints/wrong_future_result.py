# exercise: async_endpoints
"""The call runs in a thread, but `.result()` makes the event loop wait for it.

Fails: four requests reach the supplier at the same time
Fails: GET /health answers while they wait
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")
pool = ThreadPoolExecutor()


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    return {"sku": sku, "price": pool.submit(fetch_price, sku).result()}


@app.get("/health")
async def health():
    return {"status": "ok"}
