# exercise: openapi_documentation
"""The errors have a model, and the model has no field.

Fails: every answer, also a 401, 404 or 422, is declared with its status and its shape
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
    pass


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
