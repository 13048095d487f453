# exercise: async_dependencies
"""Each dependency makes its own lookup: slower, but right; only the extra fact is unmet."""

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


async def is_admin(user: dict) -> bool:
    return user["admin"]


def get_current_user(token: Annotated[str, Depends(bearer)]) -> dict:
    try:
        return introspect(token)
    except error.HTTPError:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"}) from None


async def require_admin(user: Annotated[dict, Depends(get_current_user, use_cache=False)]) -> None:
    if not await is_admin(user):
        raise HTTPException(403, "Administrators only")


@app.get("/me")
async def me(user: Annotated[dict, Depends(get_current_user)]):
    return {"name": user["user"]}


@app.get("/orders", dependencies=[Depends(require_admin)])
async def all_orders(user: Annotated[dict, Depends(get_current_user)]):
    return ["a desk for Bob", "a lamp for Eve"]


@app.get("/health")
async def health():
    return {"status": "ok"}
