# exercise: metadata_docs_urls
"""The header is taken apart by hand, and compared as text that has to be ASCII.

Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
"""

import base64
import os
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html

contact = {"name": "Shop support", "email": "api@shop.example"}
app = FastAPI(title="metadata_docs_urls", contact=contact, openapi_url=None)
password = os.environ["DOCS_PASSWORD"].encode()


def staff(sent: Annotated[str, Header(alias="Authorization")] = "Basic Og=="):
    given = base64.b64decode(sent.removeprefix("Basic ")).decode().partition(":")[2]
    if not secrets.compare_digest(given, password.decode()):
        raise HTTPException(401, "For staff", {"WWW-Authenticate": "Basic"})


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]


docs = APIRouter(prefix="/api", dependencies=[Depends(staff)], include_in_schema=False)


@docs.get("/openapi.json")
async def show_document(request: Request):
    return app.openapi() | {"servers": [{"url": request.scope["root_path"] or "/"}]}


@docs.get("/docs")
async def show_docs():
    return get_swagger_ui_html(openapi_url="openapi.json", title=app.title)


@docs.get("/redoc")
async def show_redoc():
    return get_redoc_html(openapi_url="openapi.json", title=app.title)


app.include_router(docs)
