# exercise: static_files
"""Resolves strictly, and lets the exception of a missing file become a 500.

Fails: what is no file of the folder is refused: 404 if missing, and never 200 or 500
"""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = Path(os.environ["FILES_DIR"]).resolve()
app = FastAPI(title="static_files")


@app.api_route("/files/{file_path:path}", methods=["GET", "HEAD"])
def read_file(file_path: str):
    path = (FILES_DIR / file_path).resolve(strict=True)
    if not path.is_relative_to(FILES_DIR) or not path.is_file():
        raise HTTPException(403, "Not yours")
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
