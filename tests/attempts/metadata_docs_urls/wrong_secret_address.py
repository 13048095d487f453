# exercise: metadata_docs_urls
"""An address that nobody guesses is no guard: it is in histories, logs and mails.

Fails: no stranger opens a page or the document, at any address, also behind a prefix
Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
"""

import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.security import HTTPBasic, HTTPBasicCredentials

contact = {"name": "Shop support", "email": "api@shop.example"}
app = FastAPI(
    title="metadata_docs_urls",
    contact=contact,
    docs_url=None,
    redoc_url=None,
    openapi_url="/x7f3/openapi.json",
)
password = os.environ["DOCS_PASSWORD"].encode()


def staff(sent: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
    if not secrets.compare_digest(sent.password.encode(), password):
        raise HTTPException(401, "For staff", {"WWW-Authenticate": "Basic"})


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]


@app.get("/api/docs", dependencies=[Depends(staff)], include_in_schema=False)
async def show_docs():
    return get_swagger_ui_html(openapi_url="../x7f3/openapi.json", title=app.title)


@app.get("/api/redoc", dependencies=[Depends(staff)], include_in_schema=False)
async def show_redoc():
    return get_redoc_html(openapi_url="../x7f3/openapi.json", title=app.title)
