# exercise: path_operation_configuration
"""A router for each of three kinds: public, going away, and the office's."""

from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, HTTPException, status
from pydantic import BaseModel, Field


class Price(BaseModel):
    sku: str
    amount: int


class NotFound(BaseModel):
    detail: str = Field(examples=["No such product"])


class Conflict(BaseModel):
    detail: str = Field(examples=["This product has a price"])


prices = {"desk": Price(sku="desk", amount=320), "lamp": Price(sku="lamp", amount=49)}
not_found = {status.HTTP_404_NOT_FOUND: {"model": NotFound, "description": "No such product"}}
conflict = {status.HTTP_409_CONFLICT: {"model": Conflict, "description": "It has a price"}}
public = APIRouter(prefix="/prices", tags=["prices"])
item = APIRouter(responses=not_found)
old = APIRouter(tags=["old"], deprecated=True, responses=not_found)
office = APIRouter(prefix="/internal", include_in_schema=False)


def find(sku: str) -> Price:
    if sku not in prices:
        raise HTTPException(404, "No such product")
    return prices[sku]


@public.post("", status_code=status.HTTP_201_CREATED, responses=conflict)
async def add_price(new: Price) -> Price:
    if new.sku in prices:
        raise HTTPException(409, "This product has a price")
    prices[new.sku] = new
    return new


@item.get("/{sku}")
async def read_price(sku: str) -> Price:
    return find(sku)


@item.put("/{sku}")
async def put_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    prices[sku] = find(sku).model_copy(update={"amount": amount})
    return prices[sku]


@item.patch("/{sku}")
async def patch_price(sku: str, amount: Annotated[int, Body(embed=True)]) -> Price:
    prices[sku] = find(sku).model_copy(update={"amount": amount})
    return prices[sku]


@old.get("/getPrice")
async def get_price(sku: str) -> Price:
    return find(sku)


@office.get("/count")
async def count_prices() -> int:
    return len(prices)


app = FastAPI(title="path_operation_configuration")
public.include_router(item)
for router in (public, old, office):
    app.include_router(router)
