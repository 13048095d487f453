# exercise: form_data
"""Reads the form by hand and stores what it finds.

Fails: a form with an empty, wrong or missing field gets a 422 naming it, and is not stored
"""

import os
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI, Request

PHOTOS = Path(os.environ["PHOTOS"])
app = FastAPI(title="form_data")
returns: list[dict] = []


@app.post("/returns", status_code=201, max_body_size=200_000)
async def take_return(request: Request):
    form = await request.form()
    entry = {name: form.get(name) or None for name in ("name", "email", "message", "phone")}
    entry |= {"items": form.getlist("items"), "newsletter": "newsletter" in form, "photo": None}
    photo = form.get("photo")
    if photo and photo.filename:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
