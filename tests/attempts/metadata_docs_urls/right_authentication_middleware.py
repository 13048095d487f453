# exercise: metadata_docs_urls
"""FastAPI's own pages, moved together, behind Starlette's AuthenticationMiddleware."""

import base64
import binascii
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


from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    SimpleUser,
)
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import get_route_path


class Staff(AuthenticationBackend):
    async def authenticate(self, connection):
        if not get_route_path(connection.scope).startswith("/api"):
            return None
        try:
            scheme, value = connection.headers["Authorization"].split()
            user, _, sent = base64.b64decode(value, validate=True).partition(b":")
        except (KeyError, ValueError, binascii.Error):
            raise AuthenticationError("For staff") from None
        if scheme.lower() != "basic" or not secrets.compare_digest(sent, password):
            raise AuthenticationError("For staff")
        return AuthCredentials(["staff"]), SimpleUser(user.decode("latin-1"))


def refuse(connection, error):
    return PlainTextResponse(str(error), 401, {"WWW-Authenticate": "Basic"})


app.add_middleware(AuthenticationMiddleware, backend=Staff(), on_error=refuse)


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]
