# exercise: form_data
"""Reads the form by hand, lets the model judge it, and counts the body in a middleware."""

import os
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import PlainTextResponse

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


class Limit:
    def __init__(self, app, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        messages, total, more = [], 0, True
        while more:
            messages.append(await receive())
            total += len(messages[-1].get("body", b""))
            more = messages[-1].get("more_body", False)
            if total > self.most:
                return await PlainTextResponse("too large", 413)(scope, receive, send)

        async def replay():
            return messages.pop(0) if messages else await receive()

        return await self.app(scope, replay, send)


app.add_middleware(Limit, most=200_000)


@app.post("/returns", status_code=201)
async def take_return(request: Request):
    sent = await request.form()
    fields = {name: value for name, value in sent.items() if value != "" and name != "photo"}
    fields["items"] = sent.getlist("items")
    photo = sent.get("photo")
    if not isinstance(photo, UploadFile) or not photo.filename:
        photo = None
    try:
        form = ReturnForm.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    entry = form.model_dump() | {"photo": None}
    if photo:
        entry["photo"] = f"{uuid4()}.jpg"
        (PHOTOS / entry["photo"]).write_bytes(photo.file.read())
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
