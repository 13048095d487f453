# exercise: async_dependencies
"""One client lives as long as the app, and every lookup is awaited on it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request, security

AUTH_URL = os.environ["AUTH_URL"]
bearer = security.OAuth2PasswordBearer(tokenUrl="login")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with httpx.AsyncClient(base_url=AUTH_URL) as client:
        app.state.login_service = client
        yield


app = FastAPI(title="async_dependencies", lifespan=lifespan)


async def is_admin(user: dict) -> bool:
    return user["admin"]


async def get_current_user(request: Request, token: Annotated[str, Depends(bearer)]) -> dict:
    client: httpx.AsyncClient = request.app.state.login_service
    answer = await client.get("/introspect", params={"token": token})
    if answer.is_error:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return answer.json()


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
