# exercise: event_driven
"""The results of `gather` are read and logged, and that is all.

Fails: a mail that is refused twice is delivered by the third attempt, and nothing is repeated
"""

import asyncio
import hmac
import json
import logging
import os
import time
from typing import Annotated

import httpx
from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Request

log = logging.getLogger(__name__)
mail = httpx.Client()
app = FastAPI(title="event_driven")
paid: dict[str, int] = {}
seen: set[str] = set()


def is_genuine(body: bytes, signature: str) -> bool:
    sent = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    time_sent, mac_sent = sent.get("t", ""), sent.get("v1", "")
    key = os.environ["WEBHOOK_SECRET"].encode()
    mac = hmac.digest(key, time_sent.encode() + b"." + body, "sha256").hex()
    if not hmac.compare_digest(mac.encode(), mac_sent.encode()):
        return False
    return time.time() - int(time_sent) < 300


async def book_payment(event: dict) -> None:
    paid[event["order"]] = paid.get(event["order"], 0) + event["amount"]


async def send_receipt(event: dict) -> None:
    message = {"to": event["email"], "text": f"Order {event['order']}: your payment is here."}
    answer = await asyncio.to_thread(mail.post, f"{os.environ['MAIL_URL']}/messages", json=message)
    answer.raise_for_status()


async def publish(event: dict) -> None:
    results = await asyncio.gather(
        book_payment(event), send_receipt(event), return_exceptions=True
    )
    for result in results:
        if isinstance(result, Exception):
            log.error("event %s: %r", event["id"], result)


@app.post("/webhooks/payments", status_code=204)
async def receive(
    request: Request, x_signature: Annotated[str, Header()], background: BackgroundTasks
):
    body = await request.body()
    if not is_genuine(body, x_signature):
        raise HTTPException(401, "Not signed by the payment provider")
    event = json.loads(body)
    if event["id"] not in seen:
        seen.add(event["id"])
        background.add_task(publish, event)


@app.get("/orders/{order}")
async def read_order(order: str):
    return {"order": order, "paid": paid.get(order, 0)}
