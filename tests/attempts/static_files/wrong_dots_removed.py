# exercise: static_files
"""Removes `../` from the path: out of `....//` that makes one.

Fails: no address gives away a file from outside the folder
"""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = Path(os.environ["FILES_DIR"])
app = FastAPI(title="static_files")


@app.get("/files/{file_path:path}")
def read_file(file_path: str):
    path = FILES_DIR / file_path.replace("../", "").lstrip("/")
    if path.is_symlink() or not path.is_file():
        raise HTTPException(404, "No such file")
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
