# exercise: form_data
"""A dependency looks at the size of the photo that arrived, before anything is stored."""

import os
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, FastAPI, Form, HTTPException, UploadFile
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


def small_photo(photo: UploadFile | None = None) -> UploadFile | None:
    if photo and (photo.size or 0) > 200_000:
        raise HTTPException(413, "The photo is too large")
    return photo


@app.post("/returns", status_code=201)
def take_return(
    form: Annotated[ReturnForm, Form()],
    photo: Annotated[UploadFile | None, Depends(small_photo)],
):
    entry = form.model_dump() | {"photo": None}
    if photo:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
