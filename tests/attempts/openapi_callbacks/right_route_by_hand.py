# exercise: openapi_callbacks
"""One route object in a list; sent by a task of its own, which is kept until it is done."""

import asyncio
from itertools import count

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, HttpUrl

app = FastAPI(title="openapi_callbacks")
tasks: set[asyncio.Task] = set()
order_ids = count(1)


class NewOrder(BaseModel):
    sku: str
    quantity: int
    callback_url: HttpUrl


class Shipment(BaseModel):
    order_id: int
    sku: str
    quantity: int


async def shipped(shipment: Shipment):
    """Your order has left the shop."""


callbacks = [APIRoute("{$request.body#/callback_url}", shipped, methods=["POST"])]


async def tell(url: HttpUrl, shipment: Shipment):
    async with httpx.AsyncClient() as client:
        await client.post(str(url), json=shipment.model_dump())


@app.post("/orders", status_code=202, callbacks=callbacks)
async def place_order(new: NewOrder):
    shipment = Shipment(order_id=next(order_ids), sku=new.sku, quantity=new.quantity)
    task = asyncio.create_task(tell(new.callback_url, shipment))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return {"id": shipment.order_id}
