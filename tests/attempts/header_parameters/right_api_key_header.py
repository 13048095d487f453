# exercise: header_parameters
"""The header is a security scheme of kind API key; the endpoint's dependency reads the scheme itself."""

import json
import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import APIKeyHeader

app = FastAPI(title="header_parameters")
TOKENS = json.loads(os.environ.get("SHOP_TOKENS", '{"token-bob": "Bob", "token-eve": "Eve"}'))
sent = APIKeyHeader(name="Authorization", auto_error=False)
LANGUAGES = {"en", "de", "fr"}


def negotiate(accepted: str) -> str:
    """Return the shop's language that a client likes best: "fr-CH, en;q=0.8" gives "fr"."""
    wishes = [wish.partition(";q=") for wish in accepted.replace(" ", "").lower().split(",")]
    for name, _, weight in sorted(wishes, key=lambda wish: wish[2] or "1", reverse=True):
        if name.partition("-")[0] in LANGUAGES and weight != "0":
            return name.partition("-")[0]
    return "en"


def current_user(value: Annotated[str | None, Depends(sent)]) -> str:
    scheme, _, token = (value or "").partition(" ")
    if scheme.lower() != "bearer" or token not in TOKENS:
        raise HTTPException(401, "Please sign in", {"WWW-Authenticate": 'Bearer realm="shop"'})
    return TOKENS[token]


@app.get("/catalogue")
async def catalogue(
    user: Annotated[str, Depends(current_user)],
    x_api_version: Annotated[str, Header(pattern="^v[0-9]+$")] = "v1",
    accept_language: Annotated[str, Header()] = "en",
):
    return {"user": user, "version": x_api_version, "language": negotiate(accept_language)}
