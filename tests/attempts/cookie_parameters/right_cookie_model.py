# exercise: cookie_parameters
"""One model for all cookies of the shop; it ignores those of others."""

import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Body, Cookie, FastAPI, HTTPException, Response
from pydantic import BaseModel, Field, Json, field_validator

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


class Cookies(BaseModel):
    session_id: str = ""
    preferences: Json[Preferences] = Preferences()

    @field_validator("preferences", mode="before")
    @classmethod
    def decode(cls, written: str) -> str:
        return unquote(written)


@app.get("/profile")
async def profile(cookies: Annotated[Cookies, Cookie()]):
    name = sessions.get(cookies.session_id)
    if name is None:
        raise HTTPException(401, "Please sign in")
    return {"name": name, "preferences": cookies.preferences}
