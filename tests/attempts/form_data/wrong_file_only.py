# exercise: form_data
"""Takes the photo from the form, and everything else as query parameters.

Fails: a form that a browser sends, url-encoded or multipart, is stored as typed values
Fails: a form with an empty, wrong or missing field gets a 422 naming it, and is not stored
"""

import os
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, Query, UploadFile

PHOTOS = Path(os.environ["PHOTOS"])
app = FastAPI(title="form_data")
returns: list[dict] = []


@app.post("/returns", status_code=201, max_body_size=200_000)
def take_return(
    name: str,
    email: str,
    message: str,
    items: Annotated[list[str] | None, Query()] = None,
    phone: str | None = None,
    newsletter: bool = False,
    photo: UploadFile | None = None,
):
    entry = {"name": name, "email": email, "message": message, "phone": phone, "photo": None}
    entry |= {"items": items, "newsletter": newsletter}
    if photo:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
