# exercise: advanced_security
"""The endpoints call the check themselves, in their first line."""

import json
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

app = FastAPI(title="advanced_security")
STAFF = json.loads(os.environ["SHOP_STAFF"])
ROLES = {"clerk": {"orders:cancel"}, "manager": {"orders:cancel", "takings:read"}}
bearer = OAuth2PasswordBearer("token", scopes={"orders:cancel": "Cancel", "takings:read": "See"})
orders = {number: 10.0 * number for number in range(1, 10)}
tokens = {}


@app.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if STAFF.get(form.username, {}).get("password") != form.password:
        raise HTTPException(400, "Wrong name or password")
    token = secrets.token_urlsafe()
    tokens[token] = set(form.scopes) & ROLES[STAFF[form.username]["role"]]
    return {"access_token": token, "token_type": "bearer"}


async def get_scopes(token: Annotated[str, Depends(bearer)]) -> set[str]:
    if token not in tokens:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return tokens[token]


Scopes = Annotated[set[str], Depends(get_scopes)]


def require(scope, scopes):
    if scope not in scopes:
        raise HTTPException(403, "Not allowed")


@app.get("/takings")
async def read_takings(scopes: Scopes):
    require("takings:read", scopes)
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}")
async def cancel(number: int, scopes: Scopes):
    require("orders:cancel", scopes)
    orders.pop(number, None)
