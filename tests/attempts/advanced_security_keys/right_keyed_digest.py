# exercise: advanced_security_keys
"""An HMAC with a pepper of its own, in a second file, and a prefix that scanners find."""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI
from fastapi.security import APIKeyHeader

app = FastAPI(title="advanced_security_keys")
store = Path(os.environ["PARTNERS_FILE"])
pepper_file = Path("pepper")
if not pepper_file.exists():
    pepper_file.write_bytes(secrets.token_bytes(32))
PEPPER = pepper_file.read_bytes()
key_header = APIKeyHeader(name="X-API-Key")


def digest(key: str) -> str:
    return hmac.new(PEPPER, key.encode("utf-8"), hashlib.sha256).hexdigest()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = f"shop_{secrets.token_hex(16)}"
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {digest(key): name}))
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    name = json.loads(store.read_text()).get(digest(key))
    if name is None:
        raise key_header.make_not_authenticated_error()
    return name


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
