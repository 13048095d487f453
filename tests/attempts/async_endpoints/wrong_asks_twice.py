# exercise: async_endpoints
"""Asks the supplier once to warm up and once for the answer.

Fails: each request asks the supplier exactly once
"""

import json
import os
from urllib.request import urlopen

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
def read_item(sku: str):
    fetch_price(sku)
    return {"sku": sku, "price": fetch_price(sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
