# exercise: response_cookies
"""The Set-Cookie lines are written by hand, and deleted by the same function."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")
sessions: dict[str, str] = {}
SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


def put_cookie(response: Response, name: str, value: str, more: str = "", age: int = 3600) -> None:
    line = f"{name}={value}; Max-Age={age}; Path=/; Secure; SameSite=Lax; {more}"
    response.headers.append("Set-Cookie", line.rstrip("; "))


@app.post("/login")
async def login(name: Annotated[str, Form()]):
    """Sign a customer in. (This lesson leaves out the password.)"""
    session = secrets.token_urlsafe()
    sessions[session] = name
    response = RedirectResponse("/me", status_code=303)
    put_cookie(response, "__Host-session", session, "HttpOnly")
    put_cookie(response, "display_name", quote(name, safe=""))
    return response


@app.get("/me")
async def me(session: SessionCookie = ""):
    if session not in sessions:
        raise HTTPException(401, "Please sign in")
    return {"name": sessions[session]}


@app.post("/logout", status_code=204)
async def logout(response: Response, session: SessionCookie = ""):
    sessions.pop(session, None)
    put_cookie(response, "__Host-session", "", age=0)
    put_cookie(response, "display_name", "", age=0)
