# exercise: advanced_security_keys
"""A salt for each key, and a slow digest, tried for one partner after the other."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader

app = FastAPI(title="advanced_security_keys")
store = Path(os.environ["PARTNERS_FILE"])
key_header = APIKeyHeader(name="X-API-Key")


def digest(key: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", key.encode(), salt.encode(), 2_000).hex()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    salt = secrets.token_hex(8)
    entries = json.loads(store.read_text()) | {name: [salt, digest(key, salt)]}
    store.write_text(json.dumps(entries))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    for name, (salt, kept) in json.loads(store.read_text()).items():
        if secrets.compare_digest(digest(key, salt), kept):
            return name
    raise HTTPException(401, "Unknown key", {"WWW-Authenticate": 'ApiKey realm="stock"'})


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
