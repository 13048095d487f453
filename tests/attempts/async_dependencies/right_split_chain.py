# exercise: async_dependencies
"""The part that blocks is a `def` dependency, the rest is `async def`; mixing is fine."""

import json
import os
from typing import Annotated
from urllib import error, parse, request

from fastapi import Depends, FastAPI, HTTPException, security

AUTH_URL = os.environ["AUTH_URL"]
app = FastAPI(title="async_dependencies")
bearer = security.HTTPBearer()


async def is_admin(user: dict) -> bool:
    return user["admin"]


def introspect(
    credentials: Annotated[security.HTTPAuthorizationCredentials, Depends(bearer)],
) -> dict | None:
    token = parse.quote(credentials.credentials)
    try:
        with request.urlopen(f"{AUTH_URL}/introspect?token={token}") as answer:
            return json.load(answer)
    except error.HTTPError:
        return None


async def get_current_user(user: Annotated[dict | None, Depends(introspect)]) -> dict:
    if user is None:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return user


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
