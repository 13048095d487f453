# exercise: path_operation_configuration
"""The errors are problems as RFC 9457 has them, with a media type of their own."""

from typing import Annotated

from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

app = FastAPI(title="path_operation_configuration")


class Price(BaseModel):
    sku: str
    amount: int


class Error(BaseModel):
    title: str
    status: int


prices = {"desk": Price(sku="desk", amount=320), "lamp": Price(sku="lamp", amount=49)}
schema = {"schema": Error.model_json_schema()}
problem = {"description": "A problem", "content": {"application/problem+json": schema}}
missing, taken = {404: problem}, {409: problem}


@app.exception_handler(HTTPException)
async def refused(request, error):
    body = {"title": error.detail, "status": error.status_code}
    return JSONResponse(body, error.status_code, media_type="application/problem+json")


@app.post("/prices", status_code=201, responses=taken, tags=["prices"])
async def add_price(new: Price) -> Price:
    if new.sku in prices:
        raise HTTPException(409, "This product has a price")
    prices[new.sku] = new
    return new


@app.get("/getPrice", deprecated=True, responses=missing, tags=["prices"])
@app.get("/prices/{sku}", responses=missing, tags=["prices"])
async def read_price(sku: str) -> Price:
    if sku not in prices:
        raise HTTPException(404, "No such product")
    return prices[sku]


@app.put("/prices/{sku}", responses=missing, tags=["prices"])
@app.patch("/prices/{sku}", responses=missing, tags=["prices"])
async def change_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    price = await read_price(sku)
    price.amount = amount
    return price


@app.get("/internal/count", include_in_schema=False)
async def count_prices() -> int:
    return len(prices)
