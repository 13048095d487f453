# exercise: async_endpoints
"""Waits without blocking, as many tutorials show it, and never asks the supplier.

Fails: four requests reach the supplier at the same time
Fails: every answer carries the supplier's price of that moment
Fails: each request asks the supplier exactly once
"""

import asyncio

from fastapi import FastAPI

app = FastAPI(title="async_endpoints")


@app.get("/items/{sku}")
async def read_item(sku: str):
    await asyncio.sleep(0.1)
    return {"sku": sku, "price": 9.99}


@app.get("/health")
async def health():
    return {"status": "ok"}
