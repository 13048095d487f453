# exercise: response_cookies
"""Sessions are made of the clock and the address of the network card.

Fails: every login makes a new session, which nobody can guess or choose
"""

import uuid
from typing import Annotated
from urllib.parse import quote

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")
sessions: dict[str, str] = {}
SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


@app.post("/login")
async def login(name: Annotated[str, Form()]):
    session = str(uuid.uuid1())
    sessions[session] = name
    response = RedirectResponse("/me", status_code=303)
    response.set_cookie(
        "__Host-session", session, max_age=3600, secure=True, httponly=True, samesite="lax"
    )
    response.set_cookie("display_name", quote(name, safe=""), max_age=3600, secure=True)
    return response


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
