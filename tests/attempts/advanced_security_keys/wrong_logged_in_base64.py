# exercise: advanced_security_keys
"""The log has the key of each visit, as base64.

Fails: no file that the app writes, and no line of its log, holds a key
"""

import base64
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
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {digest(key): name}))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    name = json.loads(store.read_text()).get(digest(key))
    if name is None:
        raise key_header.make_not_authenticated_error()
    print(name, base64.b64encode(key.encode()).decode(), flush=True)
    return name


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
