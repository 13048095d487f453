# exercise: advanced_security_keys
"""The file has another shape, and the digest is base64."""

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
store.write_text("{}\n") if store.read_text() == "{}" else None
key_header = APIKeyHeader(name="X-API-Key")


def digest(key: str) -> str:
    return base64.b64encode(hashlib.blake2b(key.encode()).digest()).decode()


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    with store.open("a") as file:
        print(json.dumps({"name": name, "digest": digest(key)}), file=file)
    return {"key": key}


async def find_partner(key: Annotated[str, Depends(key_header)]):
    for line in store.read_text().splitlines()[1:]:
        partner = json.loads(line)
        if secrets.compare_digest(partner["digest"], digest(key)):
            return partner["name"]
    raise key_header.make_not_authenticated_error()


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
