# exercise: advanced_security_keys
"""A class of its own for the whole of it, with the name of the header in other letters."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI, Request
from fastapi.security import APIKeyHeader

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


class PartnerKey(APIKeyHeader):
    async def __call__(self, request: Request):
        key = await super().__call__(request)
        name = json.loads(store.read_text()).get(digest(key))
        if name is None:
            raise self.make_not_authenticated_error()
        return name


find_partner = PartnerKey(name="x-api-key", scheme_name="partner")


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
