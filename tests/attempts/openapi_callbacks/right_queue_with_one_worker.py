# exercise: openapi_callbacks
"""One worker sends one callback after the other, and waits for each answer."""

import asyncio
from contextlib import asynccontextmanager
from itertools import count

import httpx
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, HttpUrl

queue = asyncio.Queue()


@asynccontextmanager
async def lifespan(app):
    async def worker():
        while True:
            url, shipment = await queue.get()
            await tell(url, shipment)

    task = asyncio.create_task(worker())
    yield
    task.cancel()


app = FastAPI(title="openapi_callbacks", lifespan=lifespan)
callbacks = APIRouter()
order_ids = count(1)


class NewOrder(BaseModel):
    sku: str
    quantity: int
    callback_url: HttpUrl


class Shipment(BaseModel):
    order_id: int
    sku: str
    quantity: int


@callbacks.post("{$request.body#/callback_url}")
async def shipped(shipment: Shipment):
    """Your order has left the shop."""


async def tell(url: HttpUrl, shipment: Shipment):
    async with httpx.AsyncClient() as client:
        await client.post(str(url), json=shipment.model_dump())


@app.post("/orders", status_code=202, callbacks=callbacks.routes)
async def place_order(new: NewOrder):
    shipment = Shipment(order_id=next(order_ids), sku=new.sku, quantity=new.quantity)
    queue.put_nowait((new.callback_url, shipment))
    return {"id": shipment.order_id}
