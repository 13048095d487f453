# exercise: openapi_documentation
"""The schemes get their names and descriptions where they are made."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

app = FastAPI(title="openapi_documentation", version="2.1", contact={"email": "api@shop.example"})
bearer = HTTPBearer(scheme_name="JWT", bearerFormat="JWT", description="From POST /login")
partner_key = APIKeyHeader(name="X-Partner-Key", scheme_name="PartnerKey")
Token = Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
Key = Annotated[str, Depends(partner_key)]
orders = {"t-ada": {1: "desk"}, "t-bob": {2: "lamp"}}


class Problem(BaseModel):
    detail: str


@app.get("/health")
async def check_health() -> str:
    return "ok"


@app.get("/orders/{number}", responses={401: {"model": Problem}, 404: {"model": Problem}})
async def read_order(number: int, token: Token) -> dict[str, str]:
    if token.credentials not in orders:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    if number not in orders[token.credentials]:
        raise HTTPException(404, "No such order")
    return {"sku": orders[token.credentials][number]}


@app.get("/stats", responses={401: {"model": Problem}})
async def count_orders(key: Key) -> dict[str, int]:
    if key != "k-carrier":
        raise HTTPException(401, "Unknown key", {"WWW-Authenticate": "APIKey"})
    return {"orders": sum(len(numbers) for numbers in orders.values())}
