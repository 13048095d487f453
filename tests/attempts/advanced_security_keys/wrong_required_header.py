# exercise: advanced_security_keys
"""A plain header that must be there: 422 without it.

Fails: no key, an unknown one, or a key in the URL gets 401 with a challenge
Fails: GET /openapi.json declares an API key in the header X-API-Key, for GET /stock alone
"""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI, Header, HTTPException

app = FastAPI(title="advanced_security_keys")
store = Path(os.environ["PARTNERS_FILE"])


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {digest(key): name}))
    return {"key": key}


async def find_partner(x_api_key: Annotated[str, Header()]):
    name = json.loads(store.read_text()).get(digest(x_api_key))
    if name is None:
        raise HTTPException(401, "Unknown key", {"WWW-Authenticate": "APIKey"})
    return name


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
