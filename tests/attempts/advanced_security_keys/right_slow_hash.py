# exercise: advanced_security_keys
"""A salted scrypt for each key, with a number of the partner in front; slower than it need be."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI
from fastapi.security import APIKeyHeader

app = FastAPI(title="advanced_security_keys")
store = Path(os.environ["PARTNERS_FILE"])
key_header = APIKeyHeader(name="X-API-Key")


def digest(salt: str, secret: str) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt.encode(), n=2**6, r=8, p=1).hex()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    number = secrets.token_hex(4)
    partners[number] = {"name": name, "digest": digest(number, key)}
    store.write_text(json.dumps(partners))
    return {"key": f"{number}.{key}"}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    number, _, secret = key.partition(".")
    found = json.loads(store.read_text()).get(number)
    if found is None or digest(number, secret) != found["digest"]:
        raise key_header.make_not_authenticated_error()
    return found["name"]


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
