# exercise: static_files
"""Refuses each path with two dots in it, as rule lists advise: too much, and too little.

Fails: each file of the folder is served with its content and its type, also one that is new
Fails: no address gives away a file from outside the folder
"""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = Path(os.environ["FILES_DIR"])
app = FastAPI(title="static_files")


@app.get("/files/{file_path:path}")
async def read_file(file_path: str):
    if ".." in file_path or file_path.startswith("/"):
        raise HTTPException(400, "Invalid file path")
    path = FILES_DIR / file_path
    if not path.exists() or not path.is_file():
        raise HTTPException(404, "File not found")
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
