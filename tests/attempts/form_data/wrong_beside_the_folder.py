# exercise: form_data
"""Compares paths as texts: `photos-1.jpg` beside the folder begins as the folder does.

Fails: a photo never leaves its folder, whatever its name says
"""

import os
from pathlib import Path
from typing import Annotated

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
        path = os.path.realpath(PHOTOS / photo.filename)
        if not path.startswith(os.path.realpath(PHOTOS)):
            raise HTTPException(400, "Not a name")
        while os.path.exists(path):
            path = path.replace(".", "0.", 1) if "." in path else path + "0"
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(photo.file.read())
        entry["photo"] = os.path.relpath(path, PHOTOS)
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
