# exercise: form_data
"""Starlette alone: reads the body in pieces, counts them, then parses the form."""

import json
import os
import uuid
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

PHOTOS = Path(os.environ["PHOTOS"])
returns = []


class ReturnForm(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    email: str = Field(pattern=r".+@.+\..+")
    message: str = Field(min_length=10, max_length=1000)
    phone: str | None = None
    items: list[str] = []
    newsletter: bool = False


async def take(request):
    total, parts = 0, []
    async for piece in request.stream():
        total += len(piece)
        if total > 200_000:
            return JSONResponse({"detail": "too large"}, 413)
        parts.append(piece)
    request._body = b"".join(parts)
    async with request.form() as sent:
        names = ("name", "email", "message", "phone", "newsletter")
        data = {name: sent[name] for name in names if sent.get(name)}
        data["items"] = sent.getlist("items")
        photo = sent.get("photo")
        try:
            entry = ReturnForm(**data).model_dump() | {"photo": None}
        except ValidationError as e:
            return JSONResponse({"detail": json.loads(e.json(include_context=False))}, 422)
        if photo and photo.filename:
            entry["photo"] = uuid.uuid4().hex
            (PHOTOS / entry["photo"]).write_bytes(await photo.read())
    returns.append(entry)
    return JSONResponse(entry, 201)


async def all_returns(request):
    return JSONResponse(returns)


app = Starlette(routes=[Route("/returns", take, methods=["POST"]), Route("/returns", all_returns)])
