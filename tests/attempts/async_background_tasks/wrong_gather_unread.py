# exercise: async_background_tasks
"""return_exceptions=True turns the failures into results, and nobody reads the results.

Fails: the log shows that a mail was refused
"""

import asyncio
import os

import httpx
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel

mail = httpx.AsyncClient()
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
    await asyncio.gather(*(send_email(email, text) for email in emails), return_exceptions=True)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, background: BackgroundTasks):
    background.add_task(send_emails, notice.emails, notice.text)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
