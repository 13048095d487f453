# exercise: async_background_tasks
"""The `background` of a returned Response silently replaces the tasks of the parameter.

Fails: every recipient who is not refused gets the mail once
"""

import logging
import os

import httpx
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

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


@app.post("/notices")
async def post_notice(notice: Notice, background: BackgroundTasks):
    for email in notice.emails:
        background.add_task(send_email, email, notice.text)
    note = BackgroundTask(log.info, "notice to %d recipients", len(notice.emails))
    return JSONResponse({"queued": len(notice.emails)}, status_code=202, background=note)


@app.get("/health")
async def health():
    return {"status": "ok"}
