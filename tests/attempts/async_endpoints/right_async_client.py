# exercise: async_endpoints
"""A client library that can be awaited, and nothing that blocks."""

import os

import httpx
from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


async def fetch_price(sku: str) -> float:
    async with httpx.AsyncClient() as supplier:
        answer = await supplier.get(f"{os.environ['SUPPLIER_URL']}/prices/{sku}")
    return answer.json()["price"]


@app.get("/items/{sku}")
async def read_item(sku: str):
    return {"sku": sku, "price": await fetch_price(sku)}


@app.get("/health")
async def health():
    return {"status": "ok"}
