# exercise: openapi_documentation
"""No credentials in the document, and none in the app.

Fails: the document asks for credentials exactly where a bare request gets 401
"""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

app = FastAPI(title="openapi_documentation", version="2.1", contact={"email": "api@shop.example"})
Token = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
Key = Annotated[str, Depends(APIKeyHeader(name="X-Partner-Key"))]
orders = {"t-ada": {1: "desk"}, "t-bob": {2: "lamp"}}


class Problem(BaseModel):
    detail: str


@app.get("/health")
async def check_health() -> str:
    return "ok"


@app.get("/orders/{number}", responses={401: {"model": Problem}, 404: {"model": Problem}})
async def read_order(number: int, token: str = "t-ada") -> dict[str, str]:
    if token not in orders:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    if number not in orders[token]:
        raise HTTPException(404, "No such order")
    return {"sku": orders[token][number]}


@app.get("/stats")
async def count_orders(key: str = "k-carrier") -> dict[str, int]:
    if key != "k-carrier":
        raise HTTPException(401, "Unknown key", {"WWW-Authenticate": "APIKey"})
    return {"orders": sum(len(numbers) for numbers in orders.values())}
