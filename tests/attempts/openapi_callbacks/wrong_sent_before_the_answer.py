# exercise: openapi_callbacks
"""The order is answered when the retailer has answered.

Fails: an order is answered while the retailer still holds the answer to its callback
"""

from itertools import count

import httpx
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, HttpUrl

app = FastAPI(title="openapi_callbacks")
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
    await tell(new.callback_url, shipment)
    return {"id": shipment.order_id}
