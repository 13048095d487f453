# exercise: header_parameters
"""All three are declared as headers, as lists of rules show it: no challenge, 422 without a token.

Fails: a customer's token opens the catalogue, whether it is sent as Bearer, bearer or BEARER
Fails: no token, an unknown one or another scheme gets 401 with a Bearer challenge
Fails: GET /openapi.json shows both headers, a security scheme, no parameter authorization
"""

import json
import os

from fastapi import FastAPI, Header, HTTPException

app = FastAPI(title="header_parameters")
TOKENS = json.loads(os.environ.get("SHOP_TOKENS", '{"token-bob": "Bob", "token-eve": "Eve"}'))
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
    authorization: str = Header(...),
    x_api_version: str = Header("v1", pattern=r"^v\d+$"),
    accept_language: str = Header("en"),
):
    if not authorization.startswith("Bearer "):
        raise HTTPException(status_code=401, detail="Invalid authorization format")
    user = TOKENS.get(authorization[7:])
    if user is None:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return {"user": user, "version": x_api_version, "language": negotiate(accept_language)}
