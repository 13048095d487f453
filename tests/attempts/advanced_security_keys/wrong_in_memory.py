# exercise: advanced_security_keys
"""The digests are kept in memory, and a restart forgets all partners.

Fails: a partner's key, sent in X-API-Key, opens the stock, also after a restart
"""

import hashlib
import secrets
from typing import Annotated

from fastapi import Body, Depends, FastAPI
from fastapi.security import APIKeyHeader

app = FastAPI(title="advanced_security_keys")
known = {}
key_header = APIKeyHeader(name="X-API-Key")


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    known[digest(key)] = name
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    name = known.get(digest(key))
    if name is None:
        raise key_header.make_not_authenticated_error()
    return name


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
