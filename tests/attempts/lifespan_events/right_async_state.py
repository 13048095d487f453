# exercise: lifespan_events
"""Connections that are awaited, each in its own `async with`; requests find them in their state."""

import os
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request


@asynccontextmanager
async def connected(url: str):
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/connections")
        place = f"{url}/connections/{answer.raise_for_status().json()}"

        async def read(sku: str):
            return (await client.get(f"{place}/items/{sku}")).raise_for_status().json()

        try:
            yield read
        finally:
            (await client.delete(place)).raise_for_status()


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with (
        connected(os.environ["STOCK_URL"]) as stock,
        connected(os.environ["PRICES_URL"]) as prices,
    ):
        yield {"stock": stock, "prices": prices}


app = FastAPI(title="lifespan_events", lifespan=lifespan)


@app.get("/items/{sku}")
async def read_item(sku: str, request: Request):
    stock, prices = request.state["stock"], request.state["prices"]
    return {"sku": sku, "stock": await stock(sku), "price": await prices(sku)}
