# exercise: bigger_applications
"""create_app() makes everything anew, with add_api_route, and names the operations itself."""

from clinic import package

shop = """
import os
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse


class Shop:
    def __init__(self, tokens: dict[str, str], supplier_url: str):
        self.tokens, self.supplier_url = tokens, supplier_url

    def current(self, authorization: Annotated[str, Header()] = ""):
        name = self.tokens.get(authorization.removeprefix("Bearer "))
        if name is None:
            raise HTTPException(401)
        return name

    def report(self):
        return httpx.get(self.supplier_url + "/prices/desk").json()

    def find(self, name: str):
        if name not in self.tokens.values():
            raise LookupError(name)
        return {"name": name}


def create_app() -> FastAPI:
    tokens = dict(pair.split(":") for pair in os.environ["SHOP_TOKENS"].split())
    shop = Shop(tokens, os.environ["SUPPLIER_URL"])
    current = Depends(shop.current)

    def require_admin(name: str = current):
        if name != "ada":
            raise HTTPException(403)

    def read_me(name: str = current):
        return shop.find(name)

    users = APIRouter(dependencies=[current])
    users.add_api_route("/me", read_me)
    users.add_api_route("/{name}", shop.find)
    admin = APIRouter(dependencies=[Depends(require_admin)])
    admin.add_api_route("/report", shop.report)
    admin.add_api_route("/users/{name}", shop.find)

    app = FastAPI(generate_unique_id_function=lambda route: f"{route.tags}-{route.name}")
    app.add_exception_handler(
        LookupError, lambda _, error: JSONResponse({"detail": f"No customer {error}"}, 404)
    )
    app.add_api_route("/health", lambda: {"status": "ok"}, tags=["operations"])
    app.include_router(users, prefix="/users", tags=["users"])
    app.include_router(admin, prefix="/admin", tags=["admin"])
    return app
"""

app = package("furniture", {"shop.py": shop}, entry="shop").create_app()
