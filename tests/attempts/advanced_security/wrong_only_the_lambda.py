# exercise: advanced_security
"""The check runs; the client still decides what its token may do.

Fails: nobody gets a token with a wrong password, or a scope that their role does not have
Fails: a good token that may not do this gets 403, and no order is touched
Fails: no token, or one that the shop never gave out, gets 401 with a Bearer challenge
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
    tokens[token] = set(form.scopes)
    return {"access_token": token, "token_type": "bearer"}


def require(scope: str):
    async def check(token: Annotated[str, Depends(bearer)]):
        if scope not in tokens.get(token, set()):
            raise HTTPException(401, "Not allowed")

    return check


@app.get("/takings", dependencies=[Depends(require("takings:read"))])
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}", dependencies=[Depends(require("orders:cancel"))])
async def cancel(number: int):
    orders.pop(number, None)
