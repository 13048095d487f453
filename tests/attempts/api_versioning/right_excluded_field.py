# exercise: api_versioning
"""The model knows the margin, and never lets it out."""

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
    margin: float = Field(exclude=True)


class NewOrderV1(BaseModel):
    sku: str
    count: int


class OrderV1(NewOrderV1):
    id: int


def in_v1(row: dict) -> OrderV1:
    return OrderV1(id=row["id"], sku=row["sku"], count=row["quantity"])


@v2.post("/orders", status_code=201, response_model=Order)
async def place_order(new: NewOrder):
    row = {"id": len(orders) + 1, **new.model_dump(), "margin": 0.4}
    orders[row["id"]] = row
    return row


@v1.post("/orders", status_code=201)
async def place_order_v1(new: NewOrderV1) -> OrderV1:
    return in_v1(await place_order(NewOrder(sku=new.sku, quantity=new.count)))


@v2.get("/orders/{order_id}", response_model=Order)
async def read_order(order_id: int):
    if order_id not in orders:
        raise HTTPException(404, "No such order")
    return orders[order_id]


@v1.get("/orders/{order_id}")
async def read_order_v1(order_id: int) -> OrderV1:
    return in_v1(await read_order(order_id))


app.include_router(v1)
app.include_router(v2)
