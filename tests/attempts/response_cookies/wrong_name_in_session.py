# exercise: response_cookies
"""The session holds the name in base64; the server asks only whether it was signed out.

Fails: every login makes a new session, which nobody can guess or choose
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated
from urllib.parse import quote

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")
ended: set[str] = set()
SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


@app.post("/login")
async def login(name: Annotated[str, Form()]):
    """Sign a customer in. (This lesson leaves out the password.)"""
    session = urlsafe_b64encode(f"{secrets.token_hex(8)} {name}".encode()).decode()
    response = RedirectResponse("/me", status_code=303)
    response.set_cookie(
        "__Host-session", session, max_age=3600, secure=True, httponly=True, samesite="lax"
    )
    response.set_cookie("display_name", quote(name, safe=""), max_age=3600, secure=True)
    return response


@app.get("/me")
async def me(session: SessionCookie = ""):
    if not session or session in ended:
        raise HTTPException(401, "Please sign in")
    try:
        return {"name": urlsafe_b64decode(session).decode().split(" ", 1)[1]}
    except (ValueError, IndexError):
        raise HTTPException(401, "Please sign in") from None


@app.post("/logout", status_code=204)
async def logout(response: Response, session: SessionCookie = ""):
    ended.add(session)
    response.delete_cookie("__Host-session", secure=True, httponly=True)
    response.delete_cookie("display_name", secure=True)
