# exercise: metadata_docs_urls
"""Each request adds a server to the document that FastAPI keeps.

Fails: an operation, tried from the pages, reaches the shop, which needs no password
"""

import os
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.security import HTTPBasic, HTTPBasicCredentials

contact = {"name": "Shop support", "email": "api@shop.example"}
app = FastAPI(title="metadata_docs_urls", contact=contact, openapi_url=None)
password = os.environ["DOCS_PASSWORD"].encode()


def staff(sent: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
    if not secrets.compare_digest(sent.password.encode(), password):
        raise HTTPException(401, "For staff", {"WWW-Authenticate": "Basic"})


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]


docs = APIRouter(prefix="/api", dependencies=[Depends(staff)], include_in_schema=False)


@docs.get("/openapi.json")
async def show_document(request: Request):
    document = app.openapi()
    document.setdefault("servers", []).append({"url": request.scope["root_path"] or "/"})
    return document


@docs.get("/docs")
async def show_docs():
    return get_swagger_ui_html(openapi_url="openapi.json", title=app.title)


@docs.get("/redoc")
async def show_redoc():
    return get_redoc_html(openapi_url="openapi.json", title=app.title)


app.include_router(docs)
