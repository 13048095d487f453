# exercise: advanced_security
"""The token is read, and nobody looks at its signature.

Fails: no token, or one that the shop never gave out, gets 401 with a Bearer challenge
"""

import json
import os
import secrets
import time
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

app = FastAPI(title="advanced_security")
STAFF = json.loads(os.environ["SHOP_STAFF"])
ROLES = {"clerk": {"orders:cancel"}, "manager": {"orders:cancel", "takings:read"}}
bearer = OAuth2PasswordBearer("token", scopes={"orders:cancel": "Cancel", "takings:read": "See"})
orders = {number: 10.0 * number for number in range(1, 10)}
KEY = secrets.token_hex(32)


@app.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if STAFF.get(form.username, {}).get("password") != form.password:
        raise HTTPException(400, "Wrong name or password")
    granted = set(form.scopes) & ROLES[STAFF[form.username]["role"]]
    claims = {"sub": form.username, "scope": " ".join(granted), "exp": time.time() + 900}
    token = jwt.encode(claims, KEY, algorithm="HS256")
    return {"access_token": token, "token_type": "bearer"}


def require(scope: str):
    async def check(token: Annotated[str, Depends(bearer)]):
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"}) from None
        if scope not in claims["scope"].split():
            raise HTTPException(403, "Not allowed")

    return check


@app.get("/takings", dependencies=[Depends(require("takings:read"))])
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}", dependencies=[Depends(require("orders:cancel"))])
async def cancel(number: int):
    orders.pop(number, None)
