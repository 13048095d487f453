# exercise: metadata_docs_urls
"""A dependency of the app guards the shop, and neither page nor document.

Fails: no stranger opens a page or the document, at any address, also behind a prefix
Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
Fails: an operation, tried from the pages, reaches the shop, which needs no password
"""

import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

contact = {"name": "Shop support", "email": "api@shop.example"}
password = os.environ["DOCS_PASSWORD"].encode()


def staff(sent: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
    if not secrets.compare_digest(sent.password.encode(), password):
        raise HTTPException(401, "For staff", {"WWW-Authenticate": "Basic"})


app = FastAPI(
    title="metadata_docs_urls",
    contact=contact,
    docs_url="/api/docs",
    redoc_url="/api/redoc",
    openapi_url="/api/openapi.json",
    dependencies=[Depends(staff)],
    swagger_ui_oauth2_redirect_url=None,
)


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]
