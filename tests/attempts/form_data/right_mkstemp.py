# exercise: form_data
"""The standard library finds a free name and opens it."""

import os
import shutil
import tempfile
from pathlib import Path
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
        number, path = tempfile.mkstemp(".jpg", dir=PHOTOS)
        with open(number, "wb") as file:
            shutil.copyfileobj(photo.file, file)
        entry["photo"] = Path(path).name
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
