# exercise: form_data
"""Every field is a parameter of the endpoint; there is no model."""

import os
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, File, Form, UploadFile

PHOTOS = Path(os.environ["PHOTOS"])
app = FastAPI(title="form_data")
returns: list[dict] = []


@app.post("/returns", status_code=201, max_body_size=200_000)
def take_return(
    name: Annotated[str, Form(min_length=1, max_length=100)],
    email: Annotated[str, Form(pattern=r".+@.+\..+")],
    message: Annotated[str, Form(min_length=10, max_length=1000)],
    items: Annotated[list[str] | None, Form()] = None,
    phone: Annotated[str | None, Form()] = None,
    newsletter: Annotated[bool, Form()] = False,
    photo: Annotated[UploadFile | None, File()] = None,
):
    entry = {
        "name": name,
        "email": email,
        "message": message,
        "phone": phone,
        "items": items or [],
        "newsletter": newsletter,
        "photo": None,
    }
    if photo:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
