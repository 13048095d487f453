# exercise: metadata_docs_urls
"""Other addresses, and no guard at all.

Fails: no stranger opens a page or the document, at any address, also behind a prefix
Fails: a missing or wrong password, also in Cyrillic letters, gets 401 and a Basic challenge
"""

from fastapi import FastAPI

contact = {"name": "Shop support", "email": "api@shop.example"}
app = FastAPI(
    title="metadata_docs_urls",
    contact=contact,
    docs_url="/api/docs",
    redoc_url="/api/redoc",
    openapi_url="/api/openapi.json",
    swagger_ui_oauth2_redirect_url=None,
)


@app.get("/guides")
async def list_guides() -> list[str]:
    return ["desk", "lamp"]
