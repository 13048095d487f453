# exercise: custom_response_classes
"""A plain ASGI app answers; FastAPI writes the documentation of it."""

import asyncio
import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Response
from starlette.requests import Request

ORDERS = Path(os.environ["ORDERS"])
documentation = FastAPI(title="custom_response_classes")


@documentation.get(
    "/orders.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}}
)
def export_orders(title: str = "orders"):
    raise NotImplementedError


async def app(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/orders.csv":
        await send_export(scope, send)
    else:
        await documentation(scope, receive, send)


async def send_export(scope, send):
    orders = json.loads(await asyncio.to_thread(ORDERS.read_text))
    text = io.StringIO()
    csv.writer(text).writerows([["customer", "item", "note"], *(o.values() for o in orders)])
    name = quote(Request(scope).query_params.get("title", "orders"), safe="")
    headers = [
        (b"Content-Type", b"text/csv; header=present; charset=UTF-8"),
        (b"X-Total-Count", str(len(orders)).encode()),
        (b"Content-Disposition", f"attachment; filename*=UTF-8'en'{name}.csv".encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text.getvalue().encode()})
