# exercise: static_files
"""A mount at "/" before the routes answers for all of them, also for /health.

Fails: GET /health answers beside the files
"""

import os

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI(title="static_files")
website = FastAPI(title="website")
website.mount("/files", StaticFiles(directory=os.environ["FILES_DIR"]))
app.mount("/", website)


@app.get("/health")
async def health():
    return {"status": "ok"}
