# exercise: static_files
"""StaticFiles, told to follow links: then it follows them out of the folder as well.

Fails: no address gives away a file from outside the folder
"""

import os

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI(title="static_files")
app.mount("/files", StaticFiles(directory=os.environ["FILES_DIR"], follow_symlink=True))


@app.get("/health")
async def health():
    return {"status": "ok"}
