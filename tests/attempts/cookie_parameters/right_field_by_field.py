# exercise: cookie_parameters
"""Each preference counts that makes sense, and a page size too large is cut to the largest."""

import json
import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, FastAPI, HTTPException, Response
from pydantic import BaseModel, Field

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
        found = json.loads(unquote(written))
    except ValueError:
        return Preferences()
    preferences = Preferences()
    if isinstance(found, dict):
        if found.get("theme") in ("light", "dark"):
            preferences.theme = found["theme"]
        if isinstance(found.get("page_size"), int):
            preferences.page_size = min(max(found["page_size"], 1), 100)
    return preferences


@app.get("/profile")
async def profile(
    session_id: Annotated[str | None, Cookie()] = None,
    preferences: Annotated[str, Cookie()] = "{}",
):
    name = sessions.get(session_id or "")
    if name is None:
        raise HTTPException(401, "Please sign in")
    return {"name": name, "preferences": read_preferences(preferences)}
