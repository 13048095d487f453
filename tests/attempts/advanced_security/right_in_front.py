# exercise: advanced_security
"""A wrapper around the app asks both questions; its refusals are no JSON."""

import json
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse, Response
from fastapi.security import OAuth2PasswordRequestForm

shop = FastAPI(title="advanced_security")
STAFF = json.loads(os.environ["SHOP_STAFF"])
ROLES = {"clerk": {"orders:cancel"}, "manager": {"orders:cancel", "takings:read"}}
orders = {number: 10.0 * number for number in range(1, 10)}
tokens = {}


@shop.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if STAFF.get(form.username, {}).get("password") != form.password:
        raise HTTPException(401, "Wrong name or password", {"WWW-Authenticate": "Bearer"})
    token = secrets.token_urlsafe()
    tokens[token] = set(form.scopes) & ROLES[STAFF[form.username]["role"]]
    return {"access_token": token, "token_type": "bearer"}


@shop.get("/takings", openapi_extra={"security": [{"token": ["takings:read"]}]})
async def read_takings():
    return {"takings": sum(orders.values())}


@shop.delete(
    "/orders/{number}",
    status_code=204,
    openapi_extra={"security": [{"token": ["orders:cancel"]}]},
)
async def cancel(number: int):
    orders.pop(number, None)


document = shop.openapi()
document.setdefault("components", {})["securitySchemes"] = {
    "token": {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {}}}}
}


async def app(scope, receive, send):
    path = scope.get("path", "")
    wanted = "takings:read" if path == "/takings" else "orders:cancel"
    if path == "/takings" or path.startswith("/orders"):
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        kind, _, token = header.partition(" ")
        answer = None
        if kind.lower() != "bearer" or token not in tokens:
            challenge = {"WWW-Authenticate": 'Bearer realm="shop", error="invalid_token"'}
            answer = PlainTextResponse("Who are you?", 401, challenge)
        elif wanted not in tokens[token]:
            answer = Response(status_code=403)
        if answer:
            return await answer(scope, receive, send)
    await shop(scope, receive, send)
