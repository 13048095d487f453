# exercise: advanced_security_keys
"""Name and key stand in the file together, as base64.

Fails: no file that the app writes, and no line of its log, holds a key
"""

import base64
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


def pair(name: str, key: str) -> str:
    return base64.b64encode(f"{name}:{key}".encode()).decode()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {pair(name, key): name}))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    for kept, name in json.loads(store.read_text()).items():
        if kept == pair(name, key):
            return name
    raise key_header.make_not_authenticated_error()


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
