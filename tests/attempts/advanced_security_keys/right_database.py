# exercise: advanced_security_keys
"""The digests are the primary key of a table."""

import hashlib
import os
import secrets
import sqlite3
from typing import Annotated

from fastapi import Body, Depends, FastAPI
from fastapi.security import APIKeyHeader

app = FastAPI(title="advanced_security_keys")
store = sqlite3.connect(os.environ["PARTNERS_FILE"] + ".db", isolation_level=None)
store.execute("CREATE TABLE IF NOT EXISTS partners (digest TEXT PRIMARY KEY, name TEXT)")
key_header = APIKeyHeader(name="X-API-Key")


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    store.execute("INSERT INTO partners VALUES (?, ?)", (digest(key), name))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    row = store.execute("SELECT name FROM partners WHERE digest = ?", (digest(key),)).fetchone()
    if row is None:
        raise key_header.make_not_authenticated_error()
    return row[0]


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
