# exercise: async_dependencies
"""A plain `def` dependency with `yield` runs in threads too, before and after the `yield`."""

import json
import logging
import os
from collections.abc import Iterator
from typing import Annotated
from urllib import error, parse, request

from fastapi import Depends, FastAPI, HTTPException, security

AUTH_URL = os.environ["AUTH_URL"]
app = FastAPI(title="async_dependencies")
bearer = security.OAuth2PasswordBearer(tokenUrl="login")


def introspect(token: str) -> dict:
    with request.urlopen(f"{AUTH_URL}/introspect?token={parse.quote(token)}") as answer:
        return json.load(answer)


async def is_admin(user: dict) -> bool:
    return user["admin"]


def get_current_user(token: Annotated[str, Depends(bearer)]) -> Iterator[dict]:
    try:
        user = introspect(token)
    except error.HTTPError:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"}) from None
    yield user
    logging.info("served %s", user["user"])


async def require_admin(user: Annotated[dict, Depends(get_current_user)]) -> None:
    if not await is_admin(user):
        raise HTTPException(403, "Administrators only")


@app.get("/me")
async def me(user: Annotated[dict, Depends(get_current_user)]):
    return {"name": user["user"]}


@app.get("/orders", dependencies=[Depends(require_admin)])
async def all_orders():
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/health")
async def health():
    return {"status": "ok"}
