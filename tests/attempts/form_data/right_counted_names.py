# exercise: form_data
"""Keeps the last part of the name, and numbers those that are taken."""

import itertools
import os
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import FastAPI, Form, UploadFile
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
        name = PurePosixPath(photo.filename or "photo").name
        for number in itertools.count():
            try:
                with open(PHOTOS / f"{number}-{name}", "xb") as file:
                    file.write(photo.file.read())
                break
            except FileExistsError:
                continue
        entry["photo"] = f"{number}-{name}"
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
