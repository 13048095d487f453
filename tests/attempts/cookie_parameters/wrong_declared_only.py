# exercise: cookie_parameters
"""Both are declared as cookies, as rule lists show it; nothing is decoded, nobody answers 401.

Fails: no session, an unknown or an empty one gets 401
Fails: preferences are honoured as the page's script writes them
Fails: preferences that make no sense are ignored or refused with 422
"""

import secrets
from typing import Annotated, Literal

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


@app.get("/profile")
async def profile(session_id: str = Cookie(...), preferences: str = Cookie("{}")):
    name = sessions.get(session_id)
    if name is None:
        raise HTTPException(401, "Please sign in")
    return {"name": name, "preferences": Preferences.model_validate_json(preferences)}
