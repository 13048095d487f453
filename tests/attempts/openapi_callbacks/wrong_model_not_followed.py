# exercise: openapi_callbacks
"""The callback is in the docs, with the model that nobody follows.

Fails: the documented body has each field that was sent, required and with its type
"""

from itertools import count

import httpx
from fastapi import APIRouter, BackgroundTasks, FastAPI
from pydantic import BaseModel, HttpUrl

app = FastAPI(title="openapi_callbacks")
order_ids = count(1)


class NewOrder(BaseModel):
    sku: str
    quantity: int
    callback_url: HttpUrl


class Shipment(BaseModel):
    id: int
    sku: str
    quantity: int


callbacks = APIRouter()


@callbacks.post("{$request.body#/callback_url}")
def shipped(body: Shipment): ...


async def tell(new: NewOrder, order_id: int):
    shipment = {"order_id": order_id, "sku": new.sku, "quantity": new.quantity}
    async with httpx.AsyncClient() as client:
        await client.post(str(new.callback_url), json=shipment)


@app.post("/orders", status_code=202, callbacks=callbacks.routes)
async def place_order(new: NewOrder, tasks: BackgroundTasks):
    order_id = next(order_ids)
    tasks.add_task(tell, new, order_id)
    return {"id": order_id}
