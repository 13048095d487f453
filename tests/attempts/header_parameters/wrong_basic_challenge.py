# exercise: header_parameters
"""The challenge names the wrong scheme: a browser opens its window for name and password.

Fails: no token, an unknown one or another scheme gets 401 with a Bearer challenge
"""

import json
import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

app = FastAPI(title="header_parameters")
TOKENS = json.loads(os.environ.get("SHOP_TOKENS", '{"token-bob": "Bob", "token-eve": "Eve"}'))
bearer = HTTPBearer(auto_error=False)
LANGUAGES = {"en", "de", "fr"}


def negotiate(accepted: str) -> str:
    """Return the shop's language that a client likes best: "fr-CH, en;q=0.8" gives "fr"."""
    wishes = [wish.partition(";q=") for wish in accepted.replace(" ", "").lower().split(",")]
    for name, _, weight in sorted(wishes, key=lambda wish: wish[2] or "1", reverse=True):
        if name.partition("-")[0] in LANGUAGES and weight != "0":
            return name.partition("-")[0]
    return "en"


@app.get("/catalogue")
async def catalogue(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    x_api_version: Annotated[str, Header(pattern="^v[0-9]+$")] = "v1",
    accept_language: Annotated[str, Header()] = "en",
):
    user = TOKENS.get(credentials.credentials) if credentials else None
    if user is None:
        raise HTTPException(
            401, "Unknown token", {"WWW-Authenticate": 'Basic realm="bearer tokens"'}
        )
    return {"user": user, "version": x_api_version, "language": negotiate(accept_language)}
