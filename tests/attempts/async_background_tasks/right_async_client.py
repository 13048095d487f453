# exercise: async_background_tasks
"""The task truly awaits, on httpx.AsyncClient, so the event loop stays free."""

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
    try:
        answer = await mail.post(
            f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text}
        )
        answer.raise_for_status()
    except httpx.HTTPError:
        log.exception("mail to %s not delivered", email)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    for email in notice.emails:
        background.add_task(send_email, email, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
