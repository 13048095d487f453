# exercise: advanced_security_keys
"""Keys that were good are remembered, but not whose they are.

Fails: a partner's key, sent in X-API-Key, opens the stock, also after a restart
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
good = {}


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {digest(key): name}))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    if key in good:
        return next(iter(good.values()))
    name = json.loads(store.read_text()).get(digest(key))
    if name is None:
        raise key_header.make_not_authenticated_error()
    good[key] = name
    return name


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
