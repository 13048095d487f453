# exercise: partial_updates
"""The middleware compares, and lets nobody in until the change has been answered."""

import asyncio
import hashlib

from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError, model_validator

app = FastAPI(title="partial_updates")


class Offer(BaseModel):
    price: int = Field(gt=0)
    sale_price: int | None = Field(None, gt=0)
    stock: int = Field(ge=0)

    @model_validator(mode="after")
    def check_sale(self):
        if self.sale_price is not None and self.sale_price >= self.price:
            raise ValueError("sale_price must be below price")
        return self


class OfferUpdate(BaseModel, extra="forbid"):
    price: int | None = None
    sale_price: int | None = None
    stock: int | None = None


shop = {"offer": Offer(price=320, sale_price=250, stock=12)}


def etag_of(offer):
    return f'"{hashlib.sha256(offer.model_dump_json().encode()).hexdigest()[:16]}"'


lock = asyncio.Lock()


@app.middleware("http")
async def one_at_a_time(request, call_next):
    if request.method != "PATCH":
        return await call_next(request)
    async with lock:
        if etag_of(shop["offer"]) not in request.headers.get("If-Match", ""):
            return Response(status_code=412)
        return await call_next(request)


@app.get("/offer")
async def read_offer(response: Response) -> Offer:
    response.headers["ETag"] = etag_of(shop["offer"])
    return shop["offer"]


@app.patch("/offer")
async def change_offer(update: OfferUpdate, response: Response) -> Offer:
    changes = update.model_dump(exclude_unset=True)
    try:
        offer = Offer.model_validate(shop["offer"].model_dump() | changes)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    shop["offer"] = offer
    response.headers["ETag"] = etag_of(offer)
    return offer
