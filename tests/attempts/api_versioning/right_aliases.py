# exercise: api_versioning
"""The old names are aliases in the models of version 1; the functions stay shared."""

from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import APIRouter, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

app = FastAPI(title="api_versioning")
orders: dict[int, dict] = {}
deprecated, sunset = datetime(2026, 7, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
end = {
    "Deprecation": f"@{deprecated.timestamp():.0f}",
    "Sunset": format_datetime(sunset, usegmt=True),
}


@app.middleware("http")
async def announce(request: Request, call_next):
    response = await call_next(request)
    if request.url.path.startswith("/v1/"):
        response.headers.update(end)
    return response


v1 = APIRouter(prefix="/v1", deprecated=True)
v2 = APIRouter(prefix="/v2")


class NewOrder(BaseModel):
    sku: str
    quantity: int


class Order(NewOrder):
    id: int


class NewOrderV1(BaseModel):
    sku: str
    quantity: int = Field(alias="count")


class OrderV1(BaseModel):
    id: int
    sku: str
    count: int = Field(validation_alias="quantity")


@v2.post("/orders", status_code=201, response_model=Order)
async def place_order(new: NewOrder):
    row = {"id": len(orders) + 1, **new.model_dump(), "margin": 0.4}
    orders[row["id"]] = row
    return row


@v1.post("/orders", status_code=201, response_model=OrderV1)
async def place_order_v1(new: NewOrderV1):
    return await place_order(new)


@v2.get("/orders/{order_id}", response_model=Order)
async def read_order(order_id: int):
    if order_id not in orders:
        raise HTTPException(404, "No such order")
    return orders[order_id]


@v1.get("/orders/{order_id}", response_model=OrderV1)
async def read_order_v1(order_id: int):
    return await read_order(order_id)


app.include_router(v1)
app.include_router(v2)
