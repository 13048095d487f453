# exercise: static_files
"""Decodes the path once more, "for old clients", after its test for what lies inside.

Fails: no address gives away a file from outside the folder
"""

import os
from pathlib import Path
from urllib.parse import unquote

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = Path(os.environ["FILES_DIR"]).resolve()
app = FastAPI(title="static_files")


@app.get("/files/{file_path:path}")
def read_file(file_path: str):
    try:
        if not (FILES_DIR / file_path).resolve().is_relative_to(FILES_DIR):
            raise HTTPException(404, "No such file")
        path = FILES_DIR / unquote(file_path)
        if not path.is_file():
            raise HTTPException(404, "No such file")
    except (OSError, ValueError):
        raise HTTPException(404, "No such file") from None
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
