# exercise: header_parameters
"""Every route of the router wants a token; the versions are numbers behind a `v`."""

import json
import os
import re
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, Security
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


async def identify(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials, Security(bearer)]
) -> None:
    request.state.user = TOKENS.get(credentials.credentials)
    if request.state.user is None:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})


def check_version(x_api_version: Annotated[str, Header()] = "v1") -> str:
    if not re.fullmatch("v[0-9]+", x_api_version):
        raise HTTPException(422, "X-API-Version must be v and a number")
    return x_api_version


router = APIRouter(dependencies=[Security(identify)])


@router.get("/catalogue")
async def catalogue(
    request: Request,
    version: Annotated[str, Depends(check_version)],
    accept_language: Annotated[str | None, Header()] = None,
):
    language = negotiate(accept_language or "")
    return {"user": request.state.user, "version": version, "language": language}


app.include_router(router)
