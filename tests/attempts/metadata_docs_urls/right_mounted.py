# exercise: metadata_docs_urls
"""The pages are an app of their own; seen from there the shop is one step up."""

import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
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


docs = FastAPI(dependencies=[Depends(staff)], openapi_url=None)


@docs.get("/openapi.json")
async def show_document():
    return app.openapi() | {"servers": [{"url": "../"}]}


@docs.get("/docs")
async def show_docs():
    return get_swagger_ui_html(openapi_url="openapi.json", title=app.title)


@docs.get("/redoc")
async def show_redoc():
    return get_redoc_html(openapi_url="openapi.json", title=app.title)


app.mount("/api", docs)
