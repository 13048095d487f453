# exercise: static_files
"""`app.frontend` serves a folder after all routes have been asked; it was made for built pages."""

import os

from fastapi import FastAPI

app = FastAPI(title="static_files")
app.frontend("/files", directory=os.environ["FILES_DIR"])


@app.get("/health")
async def health():
    return {"status": "ok"}
