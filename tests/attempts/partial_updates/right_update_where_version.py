# exercise: partial_updates
"""A database: the statement that writes compares the version."""

import sqlite3
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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


class OfferUpdate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    price: int | None = None
    sale_price: int | None = None
    stock: int | None = None


def execute(sql, *values):
    with sqlite3.connect("shop.db", timeout=10) as database:
        cursor = database.execute(sql, values)
        return cursor.fetchone() if sql.startswith("SELECT") else cursor.rowcount


execute("CREATE TABLE IF NOT EXISTS offers (id INTEGER PRIMARY KEY, version INTEGER, data TEXT)")
first = Offer(price=320, sale_price=250, stock=12)
execute("INSERT OR IGNORE INTO offers VALUES (1, 1, ?)", first.model_dump_json())


def load():
    version, data = execute("SELECT version, data FROM offers WHERE id = 1")
    return version, Offer.model_validate_json(data)


@app.get("/offer", response_model=Offer)
def read_offer(response: Response):
    version, offer = load()
    response.headers["ETag"] = f'"{version}"'
    return offer


@app.patch("/offer", response_model=Offer)
def change_offer(
    update: OfferUpdate, response: Response, if_match: Annotated[str | None, Header()] = None
):
    if not if_match:
        raise HTTPException(428)
    version, stored = load()
    if if_match.strip() != "*" and f'"{version}"' not in if_match:
        raise HTTPException(412)
    try:
        offer = Offer(**stored.model_dump() | update.model_dump(exclude_unset=True))
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_context=False))
    sql = "UPDATE offers SET data = ?, version = version + 1 WHERE id = 1 AND version = ?"
    if not execute(sql, offer.model_dump_json(), version):
        raise HTTPException(412)
    response.headers["ETag"] = f'"{version + 1}"'
    return offer
