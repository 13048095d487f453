# exercise: cookie_parameters
"""Preferences are kept in one object: what a customer has chosen, the next one gets.

Fails: preferences are honoured as the page's script writes them
"""

import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, FastAPI, HTTPException, Response
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


shop_preferences = Preferences()


def read_preferences(written: str) -> Preferences:
    try:
        chosen = Preferences.model_validate_json(unquote(written))
    except ValidationError:
        return shop_preferences
    for name in chosen.model_fields_set:
        setattr(shop_preferences, name, getattr(chosen, name))
    return shop_preferences


@app.get("/profile")
async def profile(
    session_id: Annotated[str | None, Cookie()] = None,
    preferences: Annotated[str, Cookie()] = "{}",
):
    name = sessions.get(session_id or "")
    if name is None:
        raise HTTPException(401, "Please sign in")
    return {"name": name, "preferences": read_preferences(preferences)}
