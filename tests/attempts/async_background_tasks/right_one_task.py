# exercise: async_background_tasks
"""One `def` task for the whole notice, with the `try` inside its loop."""

import logging
import os

import httpx
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel

mail = httpx.Client()
log = logging.getLogger(__name__)
app = FastAPI(title="async_background_tasks")


class Notice(BaseModel):
    emails: list[str]
    text: str


def send_emails(emails: list[str], text: str) -> None:
    for email in emails:
        try:
            answer = mail.post(
                f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text}
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("mail to %s not delivered: %s", email, error)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    background.add_task(send_emails, notice.emails, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
