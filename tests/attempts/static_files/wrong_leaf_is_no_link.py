# exercise: static_files
"""Refuses a file that is a link, but not a file in a folder that is one.

Fails: no address gives away a file from outside the folder
"""

import os

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = os.path.abspath(os.environ["FILES_DIR"])
app = FastAPI(title="static_files")


@app.get("/files/{file_path:path}")
def read_file(file_path: str):
    path = os.path.abspath(os.path.join(FILES_DIR, file_path))
    inside = os.path.commonpath([FILES_DIR, path]) == FILES_DIR
    if not inside or os.path.islink(path) or not os.path.isfile(path):
        raise HTTPException(404, "No such file")
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
