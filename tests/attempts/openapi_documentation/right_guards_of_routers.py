# exercise: openapi_documentation
"""Each area has a router, which brings its guard and its errors."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

orders = {"t-ada": {1: "desk"}, "t-bob": {2: "lamp"}}
key_header = APIKeyHeader(name="X-Partner-Key")


class Problem(BaseModel):
    detail: str


class Sku(BaseModel):
    sku: str


def customer(token: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    if token.credentials not in orders:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return token.credentials


def partner(key: Annotated[str, Depends(key_header)]) -> None:
    if key != "k-carrier":
        raise HTTPException(401, "Unknown key", {"WWW-Authenticate": "APIKey"})


customers = APIRouter(
    prefix="/orders", tags=["orders"], responses={401: {"model": Problem}, 404: {"model": Problem}}
)
partners = APIRouter(dependencies=[Depends(partner)], responses={"default": {"model": Problem}})


@customers.get("/{number}", summary="One order of yours")
async def read_order(
    number: Annotated[int, Path()], token: Annotated[str, Depends(customer)]
) -> Sku:
    if number not in orders[token]:
        raise HTTPException(404, "No such order")
    return Sku(sku=orders[token][number])


@partners.get("/stats")
async def count_orders() -> dict[str, int]:
    return {"orders": sum(len(numbers) for numbers in orders.values())}


app = FastAPI(title="openapi_documentation", version="2.1", contact={"email": "api@shop.example"})
app.include_router(customers)
app.include_router(partners)


@app.get("/health")
async def check_health() -> str:
    return "ok"
