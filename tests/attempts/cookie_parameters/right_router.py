# exercise: cookie_parameters
"""The routes have moved to a router, and the session goes into the request's state."""

import secrets
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import (
    APIRouter,
    Body,
    Cookie,
    Depends,
    FastAPI,
    HTTPException,
    Request,
    Response,
    Security,
)
from fastapi.security import APIKeyCookie
from pydantic import BaseModel, Field, ValidationError

app = FastAPI(title="cookie_parameters")
session_cookie = APIKeyCookie(name="session_id", auto_error=False)
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


async def require_session(
    request: Request, session_id: Annotated[str | None, Security(session_cookie)]
) -> None:
    request.state.name = sessions.get(session_id or "")
    if request.state.name is None:
        raise HTTPException(401, "Please sign in")


customers = APIRouter(dependencies=[Depends(require_session)])


@customers.get("/profile")
async def profile(request: Request, preferences: Annotated[str | None, Cookie()] = None):
    chosen = read_preferences(preferences) if preferences else Preferences()
    return {"name": request.state.name, "preferences": chosen}


app.include_router(customers)
