# exercise: cookie_parameters
"""The cookie is required; exception handlers make 401 and 422 of what is missing or nonsense."""

import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

app = FastAPI(title="cookie_parameters")
sessions: dict[str, str] = {}


class Preferences(BaseModel):
    theme: Literal["light", "dark"] = "light"
    page_size: int = Field(default=20, ge=1, le=100)


@app.post("/login")
async def login(name: Annotated[str, Body(embed=True)], response: Response):
    """Sign a customer in. (This lesson leaves out the password; all else is right.)"""
    session_id = secrets.token_urlsafe()
    sessions[session_id] = name
    response.set_cookie("session_id", session_id, httponly=True, secure=True, samesite="lax")
    return {"name": name}


@app.exception_handler(RequestValidationError)
async def refuse(request: Request, error: RequestValidationError):
    if any(found["loc"][:2] == ("cookie", "session_id") for found in error.errors()):
        return JSONResponse({"detail": "Please sign in"}, 401)
    return await request_validation_exception_handler(request, error)


@app.exception_handler(ValidationError)
async def refuse_preferences(request: Request, error: ValidationError):
    return JSONResponse({"detail": "The cookie `preferences` makes no sense"}, 422)


@app.get("/profile")
async def profile(
    session_id: Annotated[str, Cookie(min_length=1)],
    preferences: Annotated[str, Cookie()] = "{}",
):
    if session_id not in sessions:
        raise HTTPException(401, "Please sign in")
    chosen = Preferences.model_validate_json(unquote(preferences))
    return {"name": sessions[session_id], "preferences": chosen}
