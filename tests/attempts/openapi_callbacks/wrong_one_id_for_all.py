# exercise: openapi_callbacks
"""Nobody counts the orders any more.

Fails: for each order its callback_url is called once, with order_id, sku and quantity
"""

import httpx
from fastapi import APIRouter, BackgroundTasks, FastAPI
from pydantic import BaseModel, HttpUrl

app = FastAPI(title="openapi_callbacks")
callbacks = APIRouter()


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
async def place_order(new: NewOrder, tasks: BackgroundTasks):
    shipment = Shipment(order_id=1, sku=new.sku, quantity=new.quantity)
    tasks.add_task(tell, new.callback_url, shipment)
    return {"id": shipment.order_id}
