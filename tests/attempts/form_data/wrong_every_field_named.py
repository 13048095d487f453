# exercise: form_data
"""Answers every wrong form with the same list of fields.

Fails: a form with an empty, wrong or missing field gets a 422 naming it, and is not stored
"""

import os
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

PHOTOS = Path(os.environ["PHOTOS"])
app = FastAPI(title="form_data")


@app.exception_handler(RequestValidationError)
async def bad(request: Request, error: RequestValidationError):
    return JSONResponse({"detail": "Please check name, email and message"}, 422)


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
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
