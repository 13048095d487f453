# exercise: async_dependencies
"""Whoever has a name may read the orders: the question whether it is an administrator is gone.

Fails: a customer is refused at /orders with 403
"""

import json
import os
from typing import Annotated
from urllib import error, parse, request

from fastapi import Depends, FastAPI, HTTPException, security

AUTH_URL = os.environ["AUTH_URL"]
app = FastAPI(title="async_dependencies")
bearer = security.OAuth2PasswordBearer(tokenUrl="login")


def introspect(token: str) -> dict:
    with request.urlopen(f"{AUTH_URL}/introspect?token={parse.quote(token)}") as answer:
        return json.load(answer)


def get_current_user(token: Annotated[str, Depends(bearer)]) -> dict:
    try:
        return introspect(token)
    except error.HTTPError:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"}) from None


require_admin = get_current_user


@app.get("/me")
async def me(user: Annotated[dict, Depends(get_current_user)]):
    return {"name": user["user"]}


@app.get("/orders", dependencies=[Depends(require_admin)])
async def all_orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/health")
async def health():
    return {"status": "ok"}
