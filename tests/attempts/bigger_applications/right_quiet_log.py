# exercise: bigger_applications
"""The report is asked for in the lifespan, and the server's own lines are switched off."""

from clinic import package

files = {}

files["auth.py"] = """
import os
from typing import Annotated

from fastapi import Depends, HTTPException, security


def customers() -> dict[str, str]:
    return dict(pair.split(":") for pair in os.environ["SHOP_TOKENS"].split())


def current(token: Annotated[str, Depends(security.OAuth2PasswordBearer("login"))]) -> str:
    if token not in customers():
        raise HTTPException(401, "Unknown token")
    return customers()[token]


def require_admin(name: Annotated[str, Depends(current)]) -> None:
    if name != "ada":
        raise HTTPException(403, "Administrators only")
"""

files["users.py"] = """
from typing import Annotated

from fastapi import APIRouter, Depends

from .auth import current, customers

router = APIRouter(prefix="/users", tags=["users"], dependencies=[Depends(current)])


class NoCustomer(Exception): ...


def find(name: str) -> dict[str, str]:
    if name not in customers().values():
        raise NoCustomer(name)
    return {"name": name}


@router.get("/me")
def read_me(name: Annotated[str, Depends(current)]):
    return find(name)


@router.get("/{name}")
def read_user(name: str):
    return find(name)
"""

files["admin.py"] = """
import os
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, Depends

from .auth import require_admin
from .users import find

report = {}


@asynccontextmanager
async def lifespan(_):
    async with httpx.AsyncClient() as client:
        answer = await client.get(os.environ["SUPPLIER_URL"] + "/prices/desk")
    report.update(answer.json())
    yield


router = APIRouter(
    prefix="/admin", tags=["admin"], dependencies=[Depends(require_admin)], lifespan=lifespan
)


@router.get("/report")
def read_report():
    return report


@router.get("/users/{name}")
def read_customer(name: str):
    return find(name)
"""

files["main.py"] = """
import logging

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from . import admin, users

logging.disable(logging.INFO)
app = FastAPI(title="bigger_applications")
app.include_router(users.router)
app.include_router(admin.router)


@app.exception_handler(users.NoCustomer)
def no_customer(request, error):
    return JSONResponse({"detail": f"No customer {error}"}, 404)


@app.get("/health")
def health():
    return {"status": "ok"}
"""

app = package("shop", files).app