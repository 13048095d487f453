# exercise: async_background_tasks
"""`send_email(...)` is called at once, and what is added is its result, None.

Fails: the answer arrives before any mail is delivered
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


def send_email(email: str, text: str) -> None:
    try:
        answer = mail.post(f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text})
        answer.raise_for_status()
    except httpx.HTTPError:
        log.exception("mail to %s not delivered", email)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    for email in notice.emails:
        background.add_task(send_email(email, notice.text))
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
