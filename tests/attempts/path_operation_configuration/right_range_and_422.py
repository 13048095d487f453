# exercise: path_operation_configuration
"""One range for the client's errors, and the 422 declared again beside it."""

from typing import Annotated

from fastapi import Body, FastAPI, HTTPException
from pydantic import BaseModel

class Price(BaseModel):
    sku: str
    amount: int


class Error(BaseModel):
    detail: str


class Wrong(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class Invalid(BaseModel):
    detail: list[Wrong]


prices = {"desk": Price(sku="desk", amount=320), "lamp": Price(sku="lamp", amount=49)}
errors = {"4XX": {"model": Error}, 422: {"model": Invalid}}
app = FastAPI(title="path_operation_configuration", responses=errors)


@app.post("/prices", status_code=201, tags=["prices"])
async def add_price(new: Price) -> Price:
    if new.sku in prices:
        raise HTTPException(409, "This product has a price")
    prices[new.sku] = new
    return new


@app.get("/getPrice", deprecated=True, tags=["prices"])
@app.get("/prices/{sku}", tags=["prices"])
async def read_price(sku: str) -> Price:
    if sku not in prices:
        raise HTTPException(404, "No such product")
    return prices[sku]


@app.put("/prices/{sku}", tags=["prices"])
@app.patch("/prices/{sku}", tags=["prices"])
async def change_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    price = await read_price(sku)
    price.amount = amount
    return price


@app.get("/internal/count", include_in_schema=False)
async def count_prices() -> int:
    return len(prices)
