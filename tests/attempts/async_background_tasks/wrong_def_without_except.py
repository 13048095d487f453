# exercise: async_background_tasks
"""A plain `def` task frees the loop, but its exception still ends the whole list of tasks.

Fails: every recipient who is not refused gets the mail once
"""

import os

import httpx
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel

mail = httpx.Client()
app = FastAPI(title="async_background_tasks")


class Notice(BaseModel):
    emails: list[str]
    text: str


def send_email(email: str, text: str) -> None:
    answer = mail.post(f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text})
    answer.raise_for_status()


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    for email in notice.emails:
        background.add_task(send_email, email, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
