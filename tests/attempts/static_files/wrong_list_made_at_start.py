# exercise: static_files
"""Serves what a list names that was made at the start: safe, but a new file is never found.

Fails: each file of the folder is served with its content and its type, also one that is new
"""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.staticfiles import StaticFiles

FILES_DIR = Path(os.environ["FILES_DIR"])
KNOWN = {str(p.relative_to(FILES_DIR)) for p in FILES_DIR.rglob("*") if p.is_file()}
files = StaticFiles(directory=FILES_DIR)
app = FastAPI(title="static_files")


@app.api_route("/files/{file_path:path}", methods=["GET", "HEAD"])
async def read_file(file_path: str, request: Request):
    if file_path not in KNOWN:
        raise HTTPException(404, "No such file")
    return await files.get_response(file_path, request.scope)


@app.get("/health")
async def health():
    return {"status": "ok"}
