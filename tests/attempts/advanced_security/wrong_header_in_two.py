# exercise: advanced_security
"""The header is split by hand: with one word in it, the app crashes.

Fails: no token, or one that the shop never gave out, gets 401 with a Bearer challenge
"""

import json
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

app = FastAPI(title="advanced_security")
STAFF = json.loads(os.environ["SHOP_STAFF"])
ROLES = {"clerk": {"orders:cancel"}, "manager": {"orders:cancel", "takings:read"}}
scopes = {"orders:cancel": "Cancel", "takings:read": "See"}
lock = OAuth2PasswordBearer("token", scopes=scopes, auto_error=False)
orders = {number: 10.0 * number for number in range(1, 10)}
tokens = {}


@app.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if STAFF.get(form.username, {}).get("password") != form.password:
        raise HTTPException(400, "Wrong name or password")
    token = secrets.token_urlsafe()
    tokens[token] = set(form.scopes) & ROLES[STAFF[form.username]["role"]]
    return {"access_token": token, "token_type": "bearer"}


def require(scope: str):
    async def check(request: Request, _: Annotated[str | None, Depends(lock)]):
        if "Authorization" not in request.headers:
            raise HTTPException(401, "No token", {"WWW-Authenticate": "Bearer"})
        token = request.headers["Authorization"].split()[1]
        if token not in tokens:
            raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
        if scope not in tokens[token]:
            raise HTTPException(403, "Not allowed")

    return check


@app.get("/takings", dependencies=[Depends(require("takings:read"))])
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}", dependencies=[Depends(require("orders:cancel"))])
async def cancel(number: int):
    orders.pop(number, None)
