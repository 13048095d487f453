# exercise: path_operation_configuration
"""The old address has a function of its own, which promises nothing of what it returns.

Fails: /getPrice still answers, and it alone is marked as deprecated
"""

from typing import Annotated

from fastapi import Body, FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="path_operation_configuration")


class Price(BaseModel):
    sku: str
    amount: int


class Error(BaseModel):
    detail: str


prices = {"desk": Price(sku="desk", amount=320), "lamp": Price(sku="lamp", amount=49)}


@app.post("/prices", status_code=201, responses={409: {"model": Error}}, tags=["prices"])
async def add_price(new: Price) -> Price:
    if new.sku in prices:
        raise HTTPException(409, "This product has a price")
    prices[new.sku] = new
    return new


@app.get("/prices/{sku}", responses={404: {"model": Error}}, tags=["prices"])
async def read_price(sku: str) -> Price:
    if sku not in prices:
        raise HTTPException(404, "No such product")
    return prices[sku]


@app.get("/getPrice", deprecated=True, responses={404: {"model": Error}}, tags=["prices"])
async def get_price(sku: str):
    return await read_price(sku)


@app.put("/prices/{sku}", responses={404: {"model": Error}}, tags=["prices"])
@app.patch("/prices/{sku}", responses={404: {"model": Error}}, tags=["prices"])
async def change_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    price = await read_price(sku)
    price.amount = amount
    return price


@app.get("/internal/count", include_in_schema=False)
async def count_prices() -> int:
    return len(prices)
