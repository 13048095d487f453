# exercise: async_endpoints
"""A plain `def` endpoint: FastAPI runs it in a thread."""

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
    return {"sku": sku, "price": fetch_price(sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
