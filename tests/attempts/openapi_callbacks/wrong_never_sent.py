# exercise: openapi_callbacks
"""Documented is not sent: FastAPI calls nobody.

Fails: for each order its callback_url is called once, with order_id, sku and quantity
"""

from itertools import count

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


@app.post("/orders", status_code=202, callbacks=callbacks.routes)
async def place_order(new: NewOrder):
    shipment = Shipment(order_id=next(order_ids), sku=new.sku, quantity=new.quantity)
    return {"id": shipment.order_id}
