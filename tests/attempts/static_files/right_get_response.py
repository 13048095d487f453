# exercise: static_files
"""StaticFiles does the work inside an endpoint, where dependencies can stand before it."""

import os

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles

files = StaticFiles(directory=os.environ["FILES_DIR"])
app = FastAPI(title="static_files")


@app.api_route("/files/{file_path:path}", methods=["GET", "HEAD"])
async def read_file(file_path: str, request: Request):
    return await files.get_response(file_path, request.scope)


@app.get("/health")
async def health():
    return {"status": "ok"}
