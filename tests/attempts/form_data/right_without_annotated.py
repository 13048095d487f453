# exercise: form_data
"""`Form()` and `File()` as defaults, the older way to write it."""

import os
import secrets
from pathlib import Path

from fastapi import FastAPI, File, Form, UploadFile
from pydantic import BaseModel

PHOTOS = Path(os.environ["PHOTOS"])
app = FastAPI(title="form_data")
returns: list[dict] = []


class ReturnForm(BaseModel):
    name: str = Form(..., min_length=1, max_length=100)
    email: str = Form(..., pattern=r".+@.+\..+")
    message: str = Form(..., min_length=10, max_length=1000)
    phone: str | None = Form(None)
    items: list[str] = Form([])
    newsletter: bool = Form(False)


@app.post("/returns", status_code=201, max_body_size=250_000)
def take_return(form: ReturnForm = Form(), photo: UploadFile | None = File(None)):
    entry = form.model_dump() | {"photo": None}
    if photo:
        filename = secrets.token_hex(16)
        with open(os.path.join(PHOTOS, filename), "wb") as f:
            f.write(photo.file.read())
        entry["photo"] = filename
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
