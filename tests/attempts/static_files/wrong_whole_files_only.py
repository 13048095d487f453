# exercise: static_files
"""Reads each file into memory and sends it all: safe, with 304 and HEAD, but without ranges.

Fails: HEAD tells the size of a file, and Range gets the part that was asked for
"""

import hashlib
import mimetypes
import os
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response

FILES_DIR = Path(os.environ["FILES_DIR"]).resolve()
app = FastAPI(title="static_files")


@app.api_route("/files/{file_path:path}", methods=["GET", "HEAD"])
def read_file(file_path: str, request: Request):
    try:
        path = (FILES_DIR / file_path).resolve(strict=True)
        if not path.is_relative_to(FILES_DIR):
            raise HTTPException(404, "No such file")
        content = path.read_bytes()
    except (OSError, ValueError):
        raise HTTPException(404, "No such file") from None
    headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=mimetypes.guess_type(path)[0])


@app.get("/health")
async def health():
    return {"status": "ok"}
