# exercise: bigger_applications
"""The app's lifespan asks the supplier in a call that blocks; routers are in a folder, and main includes them in one loop."""

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

files["routers/users.py"] = """
from typing import Annotated

from fastapi import APIRouter, Depends

from ..auth import current, customers

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

files["routers/admin.py"] = """
from fastapi import APIRouter, Depends, Request

from ..auth import require_admin
from .users import find

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(require_admin)])


@router.get("/report")
def read_report(request: Request):
    return request.app.state.report


@router.get("/users/{name}")
def read_customer(name: str):
    return find(name)
"""

files["main.py"] = """
import os
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from .routers import admin, users


@asynccontextmanager
async def lifespan(app):
    app.state.report = httpx.get(os.environ["SUPPLIER_URL"] + "/prices/desk").json()
    yield


app = FastAPI(title="bigger_applications", lifespan=lifespan)
for area in (users, admin):
    app.include_router(area.router)


@app.exception_handler(users.NoCustomer)
def no_customer(request, error):
    return JSONResponse({"detail": f"No customer {error}"}, 404)


@app.get("/health")
def health():
    return {"status": "ok"}
"""

app = package("shop", files).app
