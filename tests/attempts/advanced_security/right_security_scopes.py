# exercise: advanced_security
"""One check for all, which reads the scopes that each endpoint declares."""

import json
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm, SecurityScopes

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


async def check(required: SecurityScopes, token: Annotated[str, Depends(bearer)]):
    if token not in tokens:
        raise bearer.make_not_authenticated_error()
    if not set(required.scopes) <= tokens[token]:
        challenge = f'Bearer error="insufficient_scope", scope="{required.scope_str}"'
        raise HTTPException(403, "Not allowed", {"WWW-Authenticate": challenge})


@app.get("/takings", dependencies=[Security(check, scopes=["takings:read"])])
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}", dependencies=[Security(check, scopes=["orders:cancel"])])
async def cancel(number: int):
    orders.pop(number, None)
