# exercise: api_versioning
"""The routes of version 1 answer their own errors, so that these get the headers too."""

from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
)
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

app = FastAPI(title="api_versioning")
orders: dict[int, dict] = {}
deprecated, sunset = datetime(2026, 7, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
end = {
    "Deprecation": f"@{deprecated.timestamp():.0f}",
    "Sunset": format_datetime(sunset, usegmt=True),
}


class AnnouncedRoute(APIRoute):
    def get_route_handler(self):
        handle = super().get_route_handler()

        async def announced(request: Request) -> Response:
            try:
                response = await handle(request)
            except HTTPException as error:
                response = await http_exception_handler(request, error)
            except RequestValidationError as error:
                response = await request_validation_exception_handler(request, error)
            response.headers.update(end)
            return response

        return announced


v1 = APIRouter(prefix="/v1", deprecated=True, route_class=AnnouncedRoute)
v2 = APIRouter(prefix="/v2")


class NewOrder(BaseModel):
    sku: str
    quantity: int


class Order(NewOrder):
    id: int


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
