# exercise: path_operation_configuration
"""Every error has one form, also the 422, and it is promised as the default."""

from typing import Annotated

from fastapi import Body, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

class Price(BaseModel):
    sku: str
    amount: int


class Error(BaseModel):
    message: str
    code: int


prices = {"desk": Price(sku="desk", amount=320), "lamp": Price(sku="lamp", amount=49)}
app = FastAPI(title="path_operation_configuration", responses={"default": {"model": Error}})


@app.exception_handler(HTTPException)
async def refused(request, error):
    return JSONResponse({"message": error.detail, "code": error.status_code}, error.status_code)


@app.exception_handler(RequestValidationError)
async def invalid(request, error):
    return JSONResponse({"message": str(error.errors()[0]["msg"]), "code": 422}, 422)


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
