# exercise: form_data
"""Each return has a folder of its own, and names with a path are refused."""

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
    if photo and Path(photo.filename or "/").name != photo.filename:
        raise HTTPException(422, "The photo's name must not have a path")
    entry = form.model_dump() | {"photo": None}
    if photo:
        folder = str(uuid4())
        (PHOTOS / folder).mkdir()
        (PHOTOS / folder / photo.filename).write_bytes(photo.file.read())
        entry["photo"] = f"{folder}/{photo.filename}"
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
