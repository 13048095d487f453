# exercise: static_files
"""A subclass of StaticFiles that also says how long to keep a file, and never to guess its type."""

import os

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles


class ShopFiles(StaticFiles):
    def file_response(self, *args, **kwargs):
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=60"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


app = FastAPI(title="static_files")


@app.get("/health")
async def health():
    return {"status": "ok"}


app.mount("/files", ShopFiles(directory=os.environ["FILES_DIR"]))
