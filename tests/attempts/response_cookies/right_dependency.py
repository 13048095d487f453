# exercise: response_cookies
"""A dependency sets the cookies; the endpoint returns no response of its own."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import Cookie, Depends, FastAPI, Form, HTTPException, Response

app = FastAPI(title="response_cookies")
sessions: dict[str, str] = {}
SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


def start_session(name: Annotated[str, Form()], response: Response) -> str:
    session = secrets.token_urlsafe()
    sessions[session] = name
    response.set_cookie(
        "__Host-session", session, max_age=3600, secure=True, httponly=True, samesite="lax"
    )
    response.set_cookie("display_name", quote(name, safe=""), max_age=3600, secure=True)
    return session


@app.post("/login", status_code=303)
async def login(session: Annotated[str, Depends(start_session)], response: Response):
    """Sign a customer in. (This lesson leaves out the password.)"""
    response.headers["Location"] = "/me"


@app.get("/me")
async def me(session: SessionCookie = ""):
    if session not in sessions:
        raise HTTPException(401, "Please sign in")
    return {"name": sessions[session]}


@app.post("/logout", status_code=204)
async def logout(response: Response, session: SessionCookie = ""):
    sessions.pop(session, None)
    response.delete_cookie("__Host-session", secure=True, httponly=True)
    response.delete_cookie("display_name", secure=True)
