# exercise: partial_updates
"""Compared the wrong way round: a part of the current ETag is enough.

Fails: a change with any other ETag is refused with 412, and the offer stays as others left it
"""

import hashlib
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response
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


@app.get("/offer")
async def read_offer(response: Response) -> Offer:
    response.headers["ETag"] = etag_of(shop["offer"])
    return shop["offer"]


@app.patch("/offer")
async def change_offer(
    update: OfferUpdate, response: Response, if_match: Annotated[str | None, Header()] = None
) -> Offer:
    if if_match is None:
        raise HTTPException(428, "Read the offer first, and send its ETag in If-Match")
    if if_match.strip() != "*" and if_match.strip('"') not in etag_of(shop["offer"]):
        raise HTTPException(412, "The offer has changed since you read it")
    changes = update.model_dump(exclude_unset=True)
    try:
        offer = Offer.model_validate(shop["offer"].model_dump() | changes)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    shop["offer"] = offer
    response.headers["ETag"] = etag_of(offer)
    return offer
