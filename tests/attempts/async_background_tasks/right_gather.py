# exercise: async_background_tasks
"""One async task sends all mails together and logs each failure that gather() returns."""

import asyncio
import logging
import os

import httpx
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel

mail = httpx.AsyncClient()
log = logging.getLogger(__name__)
app = FastAPI(title="async_background_tasks")


class Notice(BaseModel):
    emails: list[str]
    text: str


async def send_email(email: str, text: str) -> None:
    answer = await mail.post(
        f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text}
    )
    answer.raise_for_status()


async def send_emails(emails: list[str], text: str) -> None:
    mails = [send_email(email, text) for email in emails]
    results = await asyncio.gather(*mails, return_exceptions=True)
    for email, result in zip(emails, results, strict=True):
        if isinstance(result, BaseException):
            log.error("mail to %s not delivered", email, exc_info=result)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    background.add_task(send_emails, notice.emails, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
