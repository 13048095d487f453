# exercise: openapi_callbacks
"""A blocking client, in a thread of its own; and the docs have a second callback."""

from itertools import count

import httpx
from fastapi import APIRouter, BackgroundTasks, FastAPI
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


class Cancelled(BaseModel):
    order_id: int


@callbacks.put("{$request.body#/callback_url}/{$response.body#/id}", status_code=204)
async def cancelled(cancellation: Cancelled): ...


@callbacks.post("{$request.body#/callback_url}")
async def shipped(shipment: Shipment):
    """Your order has left the shop."""


def tell(url: HttpUrl, shipment: Shipment):
    httpx.post(str(url), json=shipment.model_dump(mode="json"))


@app.post("/orders", status_code=202, callbacks=callbacks.routes)
async def place_order(new: NewOrder, tasks: BackgroundTasks):
    shipment = Shipment(order_id=next(order_ids), sku=new.sku, quantity=new.quantity)
    tasks.add_task(tell, new.callback_url, shipment)
    return {"id": shipment.order_id}
