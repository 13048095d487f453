# exercise: async_background_tasks
"""A worker of the lifespan empties a queue, and the lifespan waits for the last mail."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from pydantic import BaseModel

log = logging.getLogger(__name__)


class Notice(BaseModel):
    emails: list[str]
    text: str


async def deliver(mail: httpx.AsyncClient, email: str, text: str) -> None:
    try:
        answer = await mail.post(
            f"{os.environ['MAIL_URL']}/messages", json={"to": email, "text": text}
        )
        answer.raise_for_status()
    except httpx.HTTPError:
        log.exception("mail to %s not delivered", email)


async def work(queue: asyncio.Queue[tuple[str, str]]) -> None:
    async with httpx.AsyncClient() as mail:
        while True:
            await deliver(mail, *await queue.get())
            queue.task_done()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.queue = asyncio.Queue()
    worker = asyncio.create_task(work(app.state.queue))
    yield
    await app.state.queue.join()
    worker.cancel()


app = FastAPI(title="async_background_tasks", lifespan=lifespan)


@app.post("/notices", status_code=202)
async def post_notice(notice: Notice, request: Request):
    for email in notice.emails:
        request.app.state.queue.put_nowait((email, notice.text))
    return {"queued": len(notice.emails)}


@app.get("/health")
async def health():
    return {"status": "ok"}
