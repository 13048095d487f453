# exercise: advanced_security
"""A class whose objects are the checks, with another security scheme."""

import json
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordRequestForm

app = FastAPI(title="advanced_security")
STAFF = json.loads(os.environ["SHOP_STAFF"])
ROLES = {"clerk": {"orders:cancel"}, "manager": {"orders:cancel", "takings:read"}}
orders = {number: 10.0 * number for number in range(1, 10)}
tokens = {}


@app.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if STAFF.get(form.username, {}).get("password") != form.password:
        raise HTTPException(400, "Wrong name or password")
    token = secrets.token_urlsafe()
    tokens[token] = set(form.scopes) & ROLES[STAFF[form.username]["role"]]
    return {"access_token": token, "token_type": "bearer"}


class Require:
    def __init__(self, *scopes: str):
        self.scopes = scopes

    def __call__(self, sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]):
        granted = tokens.get(sent.credentials)
        if granted is None:
            raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
        if not all(scope in granted for scope in self.scopes):
            raise HTTPException(403, "Not allowed")


@app.get("/takings", dependencies=[Depends(Require("takings:read"))])
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}", dependencies=[Depends(Require("orders:cancel"))])
async def cancel(number: int):
    orders.pop(number, None)
