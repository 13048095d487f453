# exercise: advanced_security_keys
"""The class sees that there is a key, and nobody looks which one.

Fails: no key, an unknown one, or a key in the URL gets 401 with a challenge
Fails: a key with letters beyond ASCII gets 401 too, and no 500
Fails: nothing that stands in the app's files opens the stock
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
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {digest(key): name}))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    return json.loads(store.read_text()).get(digest(key), "guest")


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
