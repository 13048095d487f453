# exercise: response_cookies
"""The session is a signed token, whose id the server keeps until the logout."""

import secrets
import time
from typing import Annotated
from urllib.parse import quote

import jwt
from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")
sessions: dict[str, str] = {}
SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


@app.post("/login")
async def login(name: Annotated[str, Form()]):
    jti = secrets.token_urlsafe()
    sessions[jti] = name
    session = jwt.encode(
        {"sub": name, "jti": jti, "exp": time.time() + 3600}, KEY, algorithm="HS256"
    )
    response = RedirectResponse("/me", status_code=303)
    response.set_cookie(
        "__Host-session", session, max_age=3600, secure=True, httponly=True, samesite="lax"
    )
    response.set_cookie("display_name", quote(name, safe=""), max_age=3600, secure=True)
    return response


@app.get("/me")
async def me(session: SessionCookie = ""):
    jti = identity(session)
    if jti not in sessions:
        raise HTTPException(401, "Please sign in")
    return {"name": sessions[jti]}


@app.post("/logout", status_code=204)
async def logout(response: Response, session: SessionCookie = ""):
    sessions.pop(identity(session), None)
    response.delete_cookie("__Host-session", secure=True, httponly=True)
    response.delete_cookie("display_name", secure=True)


KEY = secrets.token_bytes(32)


def identity(token):
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"])["jti"]
    except jwt.InvalidTokenError:
        return None
