# exercise: cookie_parameters
"""The session is searched for in the Cookie header, and found at the end of another cookie's name.

Fails: a signed-in browser gets its own profile, whatever other cookies it sends
"""

import re
import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, FastAPI, HTTPException, Request, Response
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
    request: Request,
    session_id: Annotated[str | None, Cookie()] = None,
    preferences: Annotated[str, Cookie()] = "{}",
):
    found = re.search("session_id=([^;]+)", request.headers.get("cookie", ""))
    name = sessions.get(found[1]) if found else None
    if name is None:
        raise HTTPException(401, "Please sign in")
    return {"name": name, "preferences": read_preferences(preferences)}
