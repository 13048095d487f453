# exercise: advanced_security
"""The token says who and what, in base64, which everybody can write.

Fails: no token, or one that the shop never gave out, gets 401 with a Bearer challenge
"""

import base64
import json
import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

app = FastAPI(title="advanced_security")
STAFF = json.loads(os.environ["SHOP_STAFF"])
ROLES = {"clerk": {"orders:cancel"}, "manager": {"orders:cancel", "takings:read"}}
bearer = OAuth2PasswordBearer("token", scopes={"orders:cancel": "Cancel", "takings:read": "See"})
orders = {number: 10.0 * number for number in range(1, 10)}


@app.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    if STAFF.get(form.username, {}).get("password") != form.password:
        raise HTTPException(400, "Wrong name or password")
    granted = set(form.scopes) & ROLES[STAFF[form.username]["role"]]
    claims = {"user": form.username, "scopes": sorted(granted)}
    token = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return {"access_token": token, "token_type": "bearer"}


def require(scope: str):
    async def check(token: Annotated[str, Depends(bearer)]):
        try:
            claims = json.loads(base64.urlsafe_b64decode(token))
            known = claims["user"] in STAFF
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
        if scope not in claims["scopes"]:
            raise HTTPException(403, "Not allowed")

    return check


@app.get("/takings", dependencies=[Depends(require("takings:read"))])
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}", dependencies=[Depends(require("orders:cancel"))])
async def cancel(number: int):
    orders.pop(number, None)
