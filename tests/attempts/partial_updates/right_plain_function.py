# exercise: partial_updates
"""A plain def with a lock; the 422 is an HTTPException; If-Match is required."""

import hashlib
import threading
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response
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


lock = threading.Lock()


@app.get("/offer")
async def read_offer(response: Response) -> Offer:
    response.headers["ETag"] = etag_of(shop["offer"])
    return shop["offer"]


@app.patch("/offer")
def change_offer(
    update: OfferUpdate, response: Response, if_match: Annotated[str, Header()]
) -> Offer:
    with lock:
        if if_match != etag_of(shop["offer"]):
            raise HTTPException(412)
        whole = {**shop["offer"].model_dump(), **update.model_dump(exclude_unset=True)}
        try:
            shop["offer"] = Offer(**whole)
        except ValidationError as error:
            raise HTTPException(422, [e["msg"] for e in error.errors()])
        response.headers["ETag"] = etag_of(shop["offer"])
        return shop["offer"]
