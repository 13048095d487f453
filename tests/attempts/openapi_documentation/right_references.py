# exercise: openapi_documentation
"""The function stays, and adds an error wherever there is a lock; by reference."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

app = FastAPI(title="openapi_documentation", version="2.1", contact={"email": "api@shop.example"})
Token = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
Key = Annotated[str, Depends(APIKeyHeader(name="X-Partner-Key"))]
orders = {"t-ada": {1: "desk"}, "t-bob": {2: "lamp"}}


@app.get("/health")
async def check_health() -> str:
    return "ok"


@app.get("/orders/{number}")
async def read_order(number: int, token: Token) -> dict[str, str]:
    if token.credentials not in orders:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    if number not in orders[token.credentials]:
        raise HTTPException(404, "No such order")
    return {"sku": orders[token.credentials][number]}


@app.get("/stats")
async def count_orders(key: Key) -> dict[str, int]:
    if key != "k-carrier":
        raise HTTPException(401, "Unknown key", {"WWW-Authenticate": "APIKey"})
    return {"orders": sum(len(numbers) for numbers in orders.values())}


made = app.openapi


def describe():
    document = made()
    document["components"].setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": {"type": "string"}},
    }
    document["components"]["responses"] = {
        "Unauthorized": {
            "description": "No",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        },
        "NotFound": {
            "description": "No",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        },
    }
    for path, item in document["paths"].items():
        for operation in item.values():
            if operation.get("security"):
                operation["responses"].setdefault(
                    "401", {"$ref": "#/components/responses/Unauthorized"}
                )
            if "{" in path:
                operation["responses"].setdefault(
                    "404", {"$ref": "#/components/responses/NotFound"}
                )
    return document


app.openapi = describe
