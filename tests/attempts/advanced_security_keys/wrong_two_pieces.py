# exercise: advanced_security_keys
"""A number finds the partner; beside it stands the rest of the key, in the clear.

Fails: no file that the app writes, and no line of its log, holds a key
"""

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


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    partners = json.loads(store.read_text())
    number, secret = f"p{len(partners)}", secrets.token_urlsafe(32)
    store.write_text(json.dumps(partners | {number: [name, secret]}))
    return {"key": f"{number}.{secret}"}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    number, _, sent = key.partition(".")
    name, secret = json.loads(store.read_text()).get(number, [None, ""])
    if name is None or digest(sent) != digest(secret):
        raise key_header.make_not_authenticated_error()
    return name


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
