# exercise: response_cookies
"""The cookies end at a date; the server keeps a digest of each session, and its end."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")
HOUR = timedelta(hours=1)
SHOP: dict[str, Any] = {"path": "/", "secure": True, "samesite": "strict"}
sessions: dict[str, tuple[str, datetime]] = {}
SessionCookie = Annotated[str | None, Cookie(alias="__Host-session")]


def digest(session: str | None) -> str:
    return hashlib.sha256((session or "").encode()).hexdigest()


@app.post("/login")
def login(name: Annotated[str, Form()]):
    """Sign a customer in. (This lesson leaves out the password.)"""
    session, end = secrets.token_hex(16), datetime.now(UTC) + HOUR
    sessions[digest(session)] = (name, end)
    response = Response(status_code=303, headers={"Location": "/me"})
    response.set_cookie("__Host-session", session, expires=end, httponly=True, **SHOP)
    response.set_cookie("display_name", quote(name, safe=""), expires=end, **SHOP)
    return response


@app.get("/me")
def me(session: SessionCookie = None):
    name, end = sessions.get(digest(session), ("", datetime.now(UTC)))
    if end <= datetime.now(UTC):
        raise HTTPException(401, "Please sign in")
    return {"name": name}


@app.post("/logout")
def logout(session: SessionCookie = None):
    sessions.pop(digest(session), None)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie("__Host-session", httponly=True, **SHOP)
    response.delete_cookie("display_name", **SHOP)
    return response
