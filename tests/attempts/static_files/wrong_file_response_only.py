# exercise: static_files
"""Keeps everybody inside, and stops there: no 304 and no HEAD.

Fails: a client that sends its ETag gets 304 without a body, and the new file after a change
Fails: HEAD tells the size of a file, and Range gets the part that was asked for
"""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = Path(os.environ["FILES_DIR"]).resolve()
app = FastAPI(title="static_files")


@app.get("/files/{file_path:path}")
def read_file(file_path: str):
    try:
        path = (FILES_DIR / file_path).resolve(strict=True)
    except (OSError, ValueError):
        raise HTTPException(404, "No such file") from None
    if not path.is_relative_to(FILES_DIR) or not path.is_file():
        raise HTTPException(404, "No such file")
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
