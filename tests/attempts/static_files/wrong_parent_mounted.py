# exercise: static_files
"""Mounts the folder above: its neighbours are public now, and the files have other addresses.

Fails: each file of the folder is served with its content and its type, also one that is new
Fails: no address gives away a file from outside the folder
"""

import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI(title="static_files")
app.mount("/files", StaticFiles(directory=Path(os.environ["FILES_DIR"]).parent))


@app.get("/health")
async def health():
    return {"status": "ok"}
