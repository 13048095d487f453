# exercise: form_data
"""Still takes a photo of 300 000 bytes.

Fails: a photo of 100 000 bytes is taken, one of 300 000 gets 413 and leaves nothing behind
"""

import os
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, Form, HTTPException, UploadFile
from pydantic import BaseModel, Field

PHOTOS = Path(os.environ["PHOTOS"])
app = FastAPI(title="form_data")
returns: list[dict] = []


class ReturnForm(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    email: str = Field(pattern=r".+@.+\..+")
    message: str = Field(min_length=10, max_length=1000)
    phone: str | None = None
    items: list[str] = []
    newsletter: bool = False


@app.post("/returns", status_code=201)
def take_return(form: Annotated[ReturnForm, Form()], photo: UploadFile | None = None):
    if photo and photo.size > 300_000:
        raise HTTPException(413)
    entry = form.model_dump() | {"photo": None}
    if photo:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
