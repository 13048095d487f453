# exercise: async_background_tasks
"""The task stays async and hands its one blocking call to the thread pool."""

import logging
import os

import httpx
from fastapi import BackgroundTasks, FastAPI
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

mail = httpx.Client()
log = logging.getLogger(__name__)
app = FastAPI(title="async_background_tasks")


class Notice(BaseModel):
    emails: list[str]
    text: str


async def send_email(email: str, text: str) -> None:
    url = f"{os.environ['MAIL_URL']}/messages"
    message = {"to": email, "text": text}
    try:
        answer = await run_in_threadpool(mail.post, url, json=message)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        log.error("mail to %s not delivered: %s", email, error)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    for email in notice.emails:
        background.add_task(send_email, email, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
