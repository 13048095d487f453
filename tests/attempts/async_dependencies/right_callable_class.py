# exercise: async_dependencies
"""The dependency is an object whose `async def __call__` awaits one shared client."""

import os
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, security

AUTH_URL = os.environ["AUTH_URL"]
app = FastAPI(title="async_dependencies")
bearer = security.OAuth2PasswordBearer(tokenUrl="login")


async def is_admin(user: dict) -> bool:
    return user["admin"]


class CurrentUser:
    def __init__(self, base_url: str) -> None:
        self.client = httpx.AsyncClient(base_url=base_url)

    async def __call__(self, token: Annotated[str, Depends(bearer)]) -> dict:
        answer = await self.client.get("/introspect", params={"token": token})
        if answer.status_code == 404:
            raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
        return answer.raise_for_status().json()


get_current_user = CurrentUser(AUTH_URL)


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
