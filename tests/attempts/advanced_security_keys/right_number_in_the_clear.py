# exercise: advanced_security_keys
"""A number finds the partner and stands in the file, with the first letters of the secret."""

import hashlib
import json
import os
import secrets
import uuid
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
    number, secret = str(uuid.uuid4()), secrets.token_urlsafe(24)
    entry = {"name": name, "begins": secret[:6], "digest": digest(secret)}
    partners = json.loads(store.read_text()) | {number: entry}
    new = store.with_suffix(".new")
    new.write_text(json.dumps(partners))
    new.replace(store)
    return {"key": f"shop_{number}.{secret}"}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    number, _, secret = key.removeprefix("shop_").partition(".")
    entry = json.loads(store.read_text()).get(number)
    right = entry and secrets.compare_digest(entry["digest"], digest(secret))
    if not right or not key.startswith("shop_"):
        raise key_header.make_not_authenticated_error()
    return entry["name"]


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
