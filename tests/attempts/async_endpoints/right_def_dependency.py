# exercise: async_endpoints
"""The blocking call stands in a `def` dependency; the endpoint itself only computes."""

import json
import os
from typing import Annotated
from urllib.request import urlopen

from fastapi import Depends, FastAPI

app = FastAPI(title="async_endpoints")


def fetch_price(sku: str) -> float:
    with urlopen(f"{os.environ['SUPPLIER_URL']}/prices/{sku}") as answer:
        return json.load(answer)["price"]


@app.get("/items/{sku}")
async def read_item(sku: str, price: Annotated[float, Depends(fetch_price)]):
    return {"sku": sku, "price": price}


@app.get("/health")
async def health():
    return {"status": "ok"}
