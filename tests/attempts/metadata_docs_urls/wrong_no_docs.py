# exercise: metadata_docs_urls
"""Nobody can read it, the staff neither.

Fails: with the password both pages open, and the document that they name loads
"""

import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

contact = {"name": "Shop support", "email": "api@shop.example"}
app = FastAPI(title="metadata_docs_urls", contact=contact, openapi_url=None)
password = os.environ["DOCS_PASSWORD"].encode()


def staff(sent: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
    if not secrets.compare_digest(sent.password.encode(), password):
        raise HTTPException(401, "For staff", {"WWW-Authenticate": "Basic"})


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]
