# exercise: async_background_tasks
"""Uvicorn knows nothing of tasks made with create_task() and exits without them.

Fails: a server that is told to stop delivers its accepted mail before it exits
"""

import asyncio
import logging
import os

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

mail = httpx.AsyncClient()
log = logging.getLogger(__name__)
app = FastAPI(title="async_background_tasks")
running: set[asyncio.Task[None]] = set()


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
async def post_notice(notice: Notice):
    for email in notice.emails:
        task = asyncio.create_task(send_email(email, notice.text))
        running.add(task)
        task.add_done_callback(running.discard)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
