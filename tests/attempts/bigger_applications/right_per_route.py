# exercise: bigger_applications
"""No routers at all: each route names its tags and its guard."""

import os
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

app = FastAPI(title="bigger_applications")


class NoCustomer(Exception): ...


@app.exception_handler(NoCustomer)
async def no_customer(request, error):
    return JSONResponse({"detail": f"No customer {error}"}, 404)


def customers():
    return dict(pair.split(":") for pair in os.environ["SHOP_TOKENS"].split())


def current(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]):
    try:
        return customers()[credentials.credentials]
    except KeyError:
        raise HTTPException(401) from None


def require_admin(name: Annotated[str, Depends(current)]):
    if name != "ada":
        raise HTTPException(403)


def find(name: str):
    if name not in customers().values():
        raise NoCustomer(name)
    return {"name": name}


admins = [Depends(require_admin)]


@app.get("/users/me", tags=["users"])
def me(name: Annotated[str, Depends(current)]):
    return find(name)


@app.get("/users/{username}", tags=["users"], dependencies=[Depends(current)])
def user(username: str):
    return find(username)


@app.get("/admin/report", tags=["admin"], dependencies=admins)
async def report():
    async with httpx.AsyncClient() as client:
        return (await client.get(os.environ["SUPPLIER_URL"] + "/prices/desk")).json()


@app.get("/admin/users/{username}", tags=["admin"], dependencies=admins)
def customer(username: str):
    return find(username)


@app.get("/health")
def health():
    return {"status": "ok"}
