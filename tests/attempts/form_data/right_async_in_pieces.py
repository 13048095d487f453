# exercise: form_data
"""An `async def` that writes in pieces, counts them, and takes the file away again."""

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


@app.post("/returns", status_code=201)
async def take_return(form: Annotated[ReturnForm, Form()], photo: UploadFile | None = None):
    entry = form.model_dump() | {"photo": None}
    if photo:
        entry["photo"] = str(uuid4())
        path, total = PHOTOS / entry["photo"], 0
        try:
            with path.open("wb") as file:
                while piece := await photo.read(50_000):
                    total += len(piece)
                    if total > 200_000:
                        raise HTTPException(413, "The photo is too large")
                    file.write(piece)
        except HTTPException:
            path.unlink()
            raise
    returns.append(entry)
    return entry


@app.get("/returns")
def all_returns():
    return returns
