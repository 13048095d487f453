# exercise: response_cookies
"""One function sets each cookie and, with an age of 0, deletes it."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")
sessions: dict[str, str] = {}
SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


@app.post("/login")
async def login(name: Annotated[str, Form()]):
    session = secrets.token_urlsafe()
    sessions[session] = name
    response = RedirectResponse("/me", status_code=303)
    give(response, "__Host-session", session)
    give(response, "display_name", quote(name, safe="~()*!'"))
    return response


@app.get("/me")
async def me(session: SessionCookie = ""):
    if session not in sessions:
        raise HTTPException(401, "Please sign in")
    return {"name": sessions[session]}


@app.post("/logout", status_code=204)
async def logout(response: Response, session: SessionCookie = ""):
    sessions.pop(session, None)
    give(response, "__Host-session", "", 0)
    give(response, "display_name", "", 0)


def give(response, key, value, age=3600):
    response.set_cookie(
        key, value, max_age=age, secure=True, httponly=key.startswith("__"), samesite="strict"
    )
