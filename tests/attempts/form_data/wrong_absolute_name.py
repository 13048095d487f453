# exercise: form_data
"""Refuses two dots, and gives each photo a folder; an absolute name leaves it.

Fails: a photo never leaves its folder, whatever its name says
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


@app.post("/returns", status_code=201, max_body_size=200_000)
def take_return(form: Annotated[ReturnForm, Form()], photo: UploadFile | None = None):
    entry = form.model_dump() | {"photo": None}
    if photo:
        if ".." in photo.filename:
            raise HTTPException(400, "No dots")
        folder = uuid4().hex
        (PHOTOS / folder).mkdir()
        entry["photo"] = os.path.join(folder, photo.filename)
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
