# exercise: static_files
"""No mount: a small ASGI function sends /files to StaticFiles, and all else to FastAPI."""

import os

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

shop = FastAPI(title="static_files")
files = StaticFiles(directory=os.path.realpath(os.environ["FILES_DIR"]))


@shop.get("/health")
async def health():
    return {"status": "ok"}


async def app(scope, receive, send):
    if scope["type"] != "http" or not scope["path"].startswith("/files/"):
        return await shop(scope, receive, send)
    try:
        await files(dict(scope, root_path="/files"), receive, send)
    except HTTPException as refusal:
        await PlainTextResponse(refusal.detail, refusal.status_code)(scope, receive, send)
