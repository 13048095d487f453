# exercise: async_background_tasks
"""A refusal starts the notice again: some get the mail three times, others never.

Fails: every recipient who is not refused gets the mail once
"""

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
    for attempt in (1, 2, 3):
        try:
            for email in emails:
                answer = mail.post(
                    f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text}
                )
                answer.raise_for_status()
            return
        except httpx.HTTPError:
            log.exception("attempt %d: mail to %s not delivered", attempt, email)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    background.add_task(send_emails, notice.emails, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
