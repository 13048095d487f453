# exercise: static_files
"""The usual repair of the usual test: with a slash behind the folder's name. Links still lead out.

Fails: no address gives away a file from outside the folder
Fails: a client that sends its ETag gets 304 without a body, and the new file after a change
"""

import os

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FILES_DIR = os.path.abspath(os.environ["FILES_DIR"])
app = FastAPI(title="static_files")


@app.get("/files/{file_path:path}")
def read_file(file_path: str):
    path = os.path.abspath(os.path.join(FILES_DIR, file_path))
    if not path.startswith(FILES_DIR + os.sep) or not os.path.isfile(path):
        raise HTTPException(404, "No such file")
    return FileResponse(path)


@app.get("/health")
async def health():
    return {"status": "ok"}
