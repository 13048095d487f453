# exercise: path_operation_configuration
"""The endpoints return the refusals as responses of their own."""

from typing import Annotated

from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI(title="path_operation_configuration")


class Price(BaseModel):
    sku: str
    amount: int


class Error(BaseModel):
    message: str


prices = {"desk": Price(sku="desk", amount=320), "lamp": Price(sku="lamp", amount=49)}
missing = {404: {"model": Error, "description": "No such product"}}
taken = {409: {"model": Error, "description": "This product has a price"}}


@app.post("/prices", status_code=201, responses=taken, tags=["prices"])
async def add_price(new: Price) -> Price:
    if new.sku in prices:
        return JSONResponse({"message": "This product has a price"}, 409)
    prices[new.sku] = new
    return new


@app.get("/getPrice", deprecated=True, responses=missing, tags=["prices"])
@app.get("/prices/{sku}", responses=missing, tags=["prices"])
async def read_price(sku: str) -> Price:
    if sku not in prices:
        return JSONResponse({"message": "No such product"}, 404)
    return prices[sku]


@app.put("/prices/{sku}", responses=missing, tags=["prices"])
@app.patch("/prices/{sku}", responses=missing, tags=["prices"])
async def change_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    if sku not in prices:
        return JSONResponse({"message": "No such product"}, 404)
    prices[sku].amount = amount
    return prices[sku]


@app.get("/internal/count", include_in_schema=False)
async def count_prices() -> int:
    return len(prices)
