# exercise: header_parameters
"""The model of headers refuses those that it does not know: every client sends some.

Fails: a customer's token opens the catalogue, whether it is sent as Bearer, bearer or BEARER
"""

import json
import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

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


class Headers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x_api_version: str = Field("v1", pattern="^v[0-9]+$")
    accept_language: str = "en"


@app.get("/catalogue")
async def catalogue(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    headers: Annotated[Headers, Header()],
):
    user = TOKENS.get(credentials.credentials)
    if user is None:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return {
        "user": user,
        "version": headers.x_api_version,
        "language": negotiate(headers.accept_language),
    }
