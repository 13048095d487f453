# exercise: async_background_tasks
"""The endpoint builds its own answer and gives it the tasks with `background=`."""

import logging
import os

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.background import BackgroundTasks

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
async def post_notice(notice: Notice):
    tasks = BackgroundTasks()
    for email in notice.emails:
        tasks.add_task(send_email, email, notice.text)
    return JSONResponse({"queued": len(notice.emails)}, status_code=202, background=tasks)


@app.get("/health")
async def health():
    return {"status": "ok"}
