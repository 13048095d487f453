# exercise: advanced_security
"""A middleware does all of it, and the docs know nothing of it.

Fails: GET /openapi.json shows a lock at both endpoints
"""

import json
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
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


NEEDS = {"GET": "takings:read", "DELETE": "orders:cancel"}


@app.middleware("http")
async def check(request: Request, call_next):
    if request.method in NEEDS and request.url.path.startswith(("/takings", "/orders")):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in tokens:
            return Response("Unknown", 401, {"WWW-Authenticate": "Bearer"})
        if NEEDS[request.method] not in tokens[token]:
            return Response("Not allowed", 403)
    return await call_next(request)


@app.get("/takings")
async def read_takings():
    return {"takings": sum(orders.values())}


@app.delete("/orders/{number}")
async def cancel(number: int):
    orders.pop(number, None)
