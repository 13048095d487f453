# exercise: form_data
"""Tells of a wrong field in a form of its own, as RFC 9457 proposes."""

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
    problems = [{"detail": e["msg"], "pointer": "#/" + str(e["loc"][-1])} for e in error.errors()]
    body = {"type": "about:blank", "title": "Unprocessable", "status": 422, "errors": problems}
    return JSONResponse(body, 422, media_type="application/problem+json")


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
