# exercise: header_parameters
"""The headers' names are written out, as clients know them."""

import json
import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

app = FastAPI(title="header_parameters")
TOKENS = json.loads(os.environ.get("SHOP_TOKENS", '{"token-bob": "Bob", "token-eve": "Eve"}'))
bearer = HTTPBearer()
LANGUAGES = {"en", "de", "fr"}


def negotiate(accepted: str) -> str:
    """Return the shop's language that a client likes best: "fr-CH, en;q=0.8" gives "fr"."""
    wishes = [wish.partition(";q=") for wish in accepted.replace(" ", "").lower().split(",")]
    for name, _, weight in sorted(wishes, key=lambda wish: wish[2] or "1", reverse=True):
        if name.partition("-")[0] in LANGUAGES and weight != "0":
            return name.partition("-")[0]
    return "en"


async def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    if credentials.credentials not in TOKENS:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return TOKENS[credentials.credentials]


@app.get("/catalogue")
def catalogue(
    user: Annotated[str, Depends(current_user)],
    version: Annotated[str, Header(alias="X-API-Version", pattern="^v[0-9]+$")] = "v1",
    languages: Annotated[str, Header(alias="Accept-Language")] = "en",
):
    return {"user": user, "version": version, "language": negotiate(languages)}
