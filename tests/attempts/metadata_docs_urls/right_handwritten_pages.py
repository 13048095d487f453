# exercise: metadata_docs_urls
"""Two pages of one's own, with scripts from one's own server."""

import os
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
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
    return app.openapi() | {"servers": [{"url": request.scope["root_path"] or "/"}]}


@docs.get("/docs")
async def show_docs():
    return HTMLResponse(
        "<title>Shop</title><div id=ui></div><script src=static/swagger-ui.js></script>"
        '<script>SwaggerUIBundle({dom_id: "#ui", url: "openapi.json"})</script>'
    )


@docs.get("/redoc")
async def show_redoc():
    return HTMLResponse(
        "<title>Shop</title><redoc spec-url='openapi.json'></redoc>"
        "<script src=static/redoc.js></script>"
    )


app.include_router(docs)
