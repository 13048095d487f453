# exercise: metadata_docs_urls
"""A middleware that knows both pages, and not the document.

Fails: no stranger opens a page or the document, at any address, also behind a prefix
Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
"""

import os
import secrets

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from fastapi.security import HTTPBasic

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


@app.middleware("http")
async def guard_docs(request: Request, call_next):
    path = request.scope["path"].removeprefix(request.scope["root_path"])
    if path in ("/api/docs", "/api/redoc") and not await is_staff(request):
        return Response("For staff", 401, CHALLENGE)
    return await call_next(request)
