# exercise: metadata_docs_urls
"""The guard looks at the path as it was sent, the router at what it means.

Fails: no stranger opens a page or the document, at any address, also behind a prefix
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
    path = request.scope["raw_path"].decode()
    if path.endswith(("/docs", "/redoc", "/openapi.json")) and not await is_staff(request):
        return Response("For staff", 401, CHALLENGE)
    return await call_next(request)
