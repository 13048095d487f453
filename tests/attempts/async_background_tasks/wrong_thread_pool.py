# exercise: async_background_tasks
"""Uvicorn knows nothing of this pool and exits while its threads deliver.

Fails: a server that is told to stop delivers its accepted mail before it exits
"""

import logging
import os
from concurrent.futures import ThreadPoolExecutor

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

mail = httpx.Client()
log = logging.getLogger(__name__)
app = FastAPI(title="async_background_tasks")
pool = ThreadPoolExecutor(max_workers=8)


class Notice(BaseModel):
    emails: list[str]
    text: str


def send_email(email: str, text: str) -> None:
    try:
        answer = mail.post(f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text})
        answer.raise_for_status()
    except httpx.HTTPError:
        log.exception("mail to %s not delivered", email)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice):
    for email in notice.emails:
        pool.submit(send_email, email, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
