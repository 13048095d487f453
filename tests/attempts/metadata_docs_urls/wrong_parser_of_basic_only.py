# exercise: metadata_docs_urls
"""The header is taken apart by hand; one with a token is an error of the server.

Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
"""

import base64
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
    openapi_url="/api/openapi.json",
    docs_url="/api/docs",
    redoc_url="/api/redoc",
    swagger_ui_oauth2_redirect_url="/api/docs/oauth2-redirect",
)
password = os.environ["DOCS_PASSWORD"].encode()


from fastapi.responses import JSONResponse
from starlette.routing import get_route_path


@app.middleware("http")
async def guard(request, call_next):
    if get_route_path(request.scope).startswith("/api/"):
        sent = request.headers.get("Authorization", "Basic ").split(" ")[1]
        if base64.b64decode(sent).decode().partition(":")[2] != password.decode():
            return JSONResponse({}, 401, {"WWW-Authenticate": "Basic"})
    return await call_next(request)


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]
