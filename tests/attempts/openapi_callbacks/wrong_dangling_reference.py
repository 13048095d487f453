# exercise: openapi_callbacks
"""openapi_extra shows the dictionary; the model that it refers to is nowhere.

Fails: the documented body has each field that was sent, required and with its type
Fails: the document is valid, and POST /orders is the only address in its paths
"""

from itertools import count

import httpx
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel, HttpUrl

app = FastAPI(title="openapi_callbacks")
order_ids = count(1)


class NewOrder(BaseModel):
    sku: str
    quantity: int
    callback_url: HttpUrl


class Shipment(BaseModel):
    order_id: int
    sku: str
    quantity: int


body = {"application/json": {"schema": {"$ref": "#/components/schemas/Shipment"}}}
shipped = {"{$request.body#/callback_url}": {"post": {"requestBody": {"content": body}}}}


async def tell(new: NewOrder, order_id: int):
    shipment = {"order_id": order_id, "sku": new.sku, "quantity": new.quantity}
    async with httpx.AsyncClient() as client:
        await client.post(str(new.callback_url), json=shipment)


@app.post("/orders", status_code=202, openapi_extra={"callbacks": {"shipped": shipped}})
async def place_order(new: NewOrder, tasks: BackgroundTasks):
    order_id = next(order_ids)
    tasks.add_task(tell, new, order_id)
    return {"id": order_id}
