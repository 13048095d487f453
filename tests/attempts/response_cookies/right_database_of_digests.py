# exercise: response_cookies
"""Sessions stand in a database, a digest of each."""

import hashlib
import secrets
import sqlite3
from typing import Annotated
from urllib.parse import quote

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(title="response_cookies")

db = sqlite3.connect("shop.sqlite3", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS sessions (digest TEXT PRIMARY KEY, name TEXT)")


def digest(session):
    return hashlib.sha256(session.encode()).hexdigest()


SessionCookie = Annotated[str, Cookie(alias="__Host-session")]


@app.post("/login")
async def login(name: Annotated[str, Form()]):
    session = secrets.token_urlsafe()
    db.execute("INSERT INTO sessions VALUES (?, ?)", (digest(session), name))
    response = RedirectResponse("/me", status_code=303)
    response.set_cookie(
        "__Host-session", session, max_age=3600, secure=True, httponly=True, samesite="lax"
    )
    response.set_cookie("display_name", quote(name, safe=""), max_age=3600, secure=True)
    return response


@app.get("/me")
async def me(session: SessionCookie = ""):
    row = db.execute("SELECT name FROM sessions WHERE digest = ?", (digest(session),)).fetchone()
    if row is None:
        raise HTTPException(401, "Please sign in")
    return {"name": row[0]}


@app.post("/logout", status_code=204)
async def logout(response: Response, session: SessionCookie = ""):
    db.execute("DELETE FROM sessions WHERE digest = ?", (digest(session),))
    response.delete_cookie("__Host-session", secure=True, httponly=True)
    response.delete_cookie("display_name", secure=True)
