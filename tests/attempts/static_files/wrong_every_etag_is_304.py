# exercise: static_files
"""Says "not modified" to whoever sends an ETag, without a look at the file.

Fails: a client that sends its ETag gets 304 without a body, and the new file after a change
"""

import os

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

app = FastAPI(title="static_files")
app.mount("/files", StaticFiles(directory=os.environ["FILES_DIR"]))


@app.middleware("http")
async def spare_the_network(request: Request, call_next):
    if "if-none-match" in request.headers:
        return Response(status_code=304)
    return await call_next(request)


@app.get("/health")
async def health():
    return {"status": "ok"}
