# exercise: openapi_callbacks
"""What was 3 is sent as 3.0.

Fails: for each order its callback_url is called once, with order_id, sku and quantity
"""

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
    quantity: float


@callbacks.post("{$request.body#/callback_url}")
async def shipped(shipment: Shipment):
    """Your order has left the shop."""


async def tell(url: HttpUrl, shipment: Shipment):
    async with httpx.AsyncClient() as client:
        await client.post(str(url), json=shipment.model_dump())


@app.post("/orders", status_code=202, callbacks=callbacks.routes)
async def place_order(new: NewOrder, tasks: BackgroundTasks):
    shipment = Shipment(order_id=next(order_ids), sku=new.sku, quantity=new.quantity)
    tasks.add_task(tell, new.callback_url, shipment)
    return {"id": shipment.order_id}
