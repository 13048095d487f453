# exercise: async_background_tasks
"""Asyncio tasks, kept in a set that the lifespan waits for at the end."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

mail = httpx.Client()
log = logging.getLogger(__name__)
deliveries: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await asyncio.gather(*deliveries)


app = FastAPI(title="async_background_tasks", lifespan=lifespan)


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
async def post_notice(notice: Notice):
    for email in notice.emails:
        delivery = asyncio.create_task(asyncio.to_thread(send_email, email, notice.text))
        deliveries.add(delivery)
        delivery.add_done_callback(deliveries.discard)
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
