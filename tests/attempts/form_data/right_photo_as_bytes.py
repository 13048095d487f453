# exercise: form_data
"""The photo comes as bytes, without a name."""

import os
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, File, Form
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
def take_return(
    form: Annotated[ReturnForm, Form()],
    photo: Annotated[bytes | None, File()] = None,
):
    entry = form.model_dump() | {"photo": None}
    if photo:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo)
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
