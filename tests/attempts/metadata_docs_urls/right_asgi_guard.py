# exercise: metadata_docs_urls
"""A class around the whole app guards FastAPI's own pages."""

import os
import secrets

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from fastapi.security import HTTPBasic
from starlette.routing import get_route_path

contact = {"name": "Shop support", "email": "api@shop.example"}
app = FastAPI(
    title="metadata_docs_urls",
    contact=contact,
    docs_url="/api/docs",
    redoc_url="/api/redoc",
    openapi_url="/api/openapi.json",
    swagger_ui_oauth2_redirect_url=None,
)
password = os.environ["DOCS_PASSWORD"].encode()
basic = HTTPBasic()
CHALLENGE = {"WWW-Authenticate": "Basic"}


async def is_staff(request: Request) -> bool:
    try:
        sent = await basic(request)
    except HTTPException:
        return False
    return secrets.compare_digest(sent.password.encode(), password)


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]


class Guard:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        guarded = scope["type"] == "http" and get_route_path(scope).startswith("/api/")
        if guarded and not await is_staff(Request(scope)):
            return await Response("For staff", 401, CHALLENGE)(scope, receive, send)
        return await self.app(scope, receive, send)


app = Guard(app)
