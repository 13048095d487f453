# exercise: header_parameters
"""The alias repeats the name of the parameter, underscores and all.

Fails: X-API-Version and Accept-Language are honoured; without them it is v1 and en
"""

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


@app.get("/catalogue")
async def catalogue(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    version: Annotated[str, Header(alias="x_api_version", pattern="^v[0-9]+$")] = "v1",
    accept_language: Annotated[str, Header()] = "en",
):
    user = TOKENS.get(credentials.credentials)
    if user is None:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return {"user": user, "version": version, "language": negotiate(accept_language)}
