# exercise: path_operation_configuration
"""Two more operations, at the addresses that there are."""

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


@app.get("/getPrice", deprecated=True, responses={404: {"model": Error}}, tags=["prices"])
@app.get("/prices/{sku}", responses={404: {"model": Error}}, tags=["prices"])
async def read_price(sku: str) -> Price:
    if sku not in prices:
        raise HTTPException(404, "No such product")
    return prices[sku]


@app.put("/prices/{sku}", responses={404: {"model": Error}}, tags=["prices"])
@app.patch("/prices/{sku}", responses={404: {"model": Error}}, tags=["prices"])
async def change_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    price = await read_price(sku)
    price.amount = amount
    return price


@app.get("/internal/count", include_in_schema=False)
async def count_prices() -> int:
    return len(prices)


@app.get("/prices", tags=["prices"])
async def all_prices() -> list[Price]:
    return list(prices.values())


@app.delete("/prices/{name}", status_code=204, responses={404: {"model": Error}}, tags=["prices"])
def remove_price(name: str) -> None:
    if name not in prices:
        raise HTTPException(404, "No such product")
    del prices[name]
