# exercise: static_files
"""The files are an app of their own, mounted below the shop."""

import os

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

app = FastAPI(title="static_files")
public = FastAPI(title="public", docs_url=None, openapi_url=None)
public.mount("/", StaticFiles(directory=os.environ["FILES_DIR"]))
app.mount("/files", public)


@app.get("/health")
async def health():
    return {"status": "ok"}
