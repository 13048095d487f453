# exercise: cookie_parameters
"""The session in the URL has another name now, which the documentation does not show.

Fails: what stands in the URL opens no profile and changes none
"""

import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, FastAPI, HTTPException, Query, Response
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


def read_preferences(written: str) -> Preferences:
    try:
        return Preferences.model_validate_json(unquote(written))
    except ValidationError:
        return Preferences()


@app.get("/profile")
async def profile(
    session_id: Annotated[str | None, Cookie()] = None,
    preferences: Annotated[str, Cookie()] = "{}",
    session: Annotated[str | None, Query(include_in_schema=False)] = None,
):
    name = sessions.get(session_id or session or "")
    if name is None:
        raise HTTPException(401, "Please sign in")
    return {"name": name, "preferences": read_preferences(preferences)}
