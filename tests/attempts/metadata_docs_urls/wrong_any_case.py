# exercise: metadata_docs_urls
"""Capital letters do not count in the password.

Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
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
    if not secrets.compare_digest(sent.password.lower().encode(), password.lower()):
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
