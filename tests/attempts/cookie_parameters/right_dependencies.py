# exercise: cookie_parameters
"""Two dependencies read the cookies; preferences that make no sense are refused."""

import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, Depends, FastAPI, HTTPException, Response
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


def current_name(session_id: Annotated[str | None, Cookie()] = None) -> str:
    if session_id not in sessions:
        raise HTTPException(401, "Please sign in")
    return sessions[session_id]


def current_preferences(preferences: Annotated[str, Cookie()] = "{}") -> Preferences:
    try:
        return Preferences.model_validate_json(unquote(preferences))
    except ValidationError:
        raise HTTPException(422, "The cookie `preferences` makes no sense") from None


@app.get("/profile")
def profile(
    name: Annotated[str, Depends(current_name)],
    preferences: Annotated[Preferences, Depends(current_preferences)],
):
    return {"name": name, "preferences": preferences}
