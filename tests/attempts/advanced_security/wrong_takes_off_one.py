# exercise: advanced_security
"""What a clerk may not have is taken off the list, once; it can be asked for twice.

Fails: nobody gets a token with a wrong password, or a scope that their role does not have
"""

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
    granted = list(form.scopes)
    if STAFF[form.username]["role"] == "clerk" and "takings:read" in granted:
        granted.remove("takings:read")
    tokens[token] = set(granted)
    return {"access_token": token, "token_type": "bearer"}


def require(scope: str):
    async def check(token: Annotated[str, Depends(bearer)]):
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
