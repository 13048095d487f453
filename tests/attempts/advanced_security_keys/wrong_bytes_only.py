# exercise: advanced_security_keys
"""Both sides are compared as bytes, and the keys stay as they are.

Fails: no key, an unknown one, or a key in the URL gets 401 with a challenge
Fails: no file that the app writes, and no line of its log, holds a key
Fails: nothing that stands in the app's files opens the stock
Fails: GET /openapi.json declares an API key in the header X-API-Key, for GET /stock alone
"""

import json
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI, Header, HTTPException

app = FastAPI(title="advanced_security_keys")
store = Path(os.environ["PARTNERS_FILE"])


@app.post("/partners", status_code=201)
async def sign_up(name: Annotated[str, Body(embed=True)]):
    key = secrets.token_urlsafe(32)
    partners = json.loads(store.read_text())
    store.write_text(json.dumps(partners | {key: name}))
    return {"key": key}


async def find_partner(x_api_key: Annotated[str, Header()] = ""):
    for key, name in json.loads(store.read_text()).items():
        if secrets.compare_digest(key.encode(), x_api_key.encode()):
            return name
    raise HTTPException(401, "Unknown key")


@app.get("/stock")
async def read_stock(partner: Annotated[str, Depends(find_partner)]):
    return {"partner": partner, "desk": 4, "lamp": 0}
