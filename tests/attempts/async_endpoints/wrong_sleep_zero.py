# exercise: async_endpoints
"""`await asyncio.sleep(0)` gives the loop one turn; then the blocking call takes it again.

Fails: four requests reach the supplier at the same time
Fails: GET /health answers while they wait
"""

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
    await asyncio.sleep(0)
    return {"sku": sku, "price": fetch_price(sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
