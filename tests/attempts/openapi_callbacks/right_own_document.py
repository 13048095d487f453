# exercise: openapi_callbacks
"""The document is completed by hand after FastAPI has made it."""

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


shipped = {
    "shipped": {
        "{$request.body#/callback_url}": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": Shipment.model_json_schema()}},
                },
                "responses": {"200": {"description": "Noted"}},
            }
        }
    }
}


async def tell(url: HttpUrl, shipment: Shipment):
    async with httpx.AsyncClient() as client:
        await client.post(str(url), json=shipment.model_dump())


@app.post("/orders", status_code=202)
async def place_order(new: NewOrder, tasks: BackgroundTasks):
    shipment = Shipment(order_id=next(order_ids), sku=new.sku, quantity=new.quantity)
    tasks.add_task(tell, new.callback_url, shipment)
    return {"id": shipment.order_id}


make_document = app.openapi


def openapi():
    document = make_document()
    document["paths"]["/orders"]["post"]["callbacks"] = shipped
    return document


app.openapi = openapi
