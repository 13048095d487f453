# exercise: capstone
"""Everything is async: aiosqlite, httpx.AsyncClient, a queue per screen, a lifespan that waits for mails."""

import asyncio
import csv
import hmac
import io
import json
import logging
import os
import secrets
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import aiosqlite
import httpx
from fastapi import (
    Body,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Request,
    Response,
    WebSocket,
)
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, Field

PHOTOS = Path(os.environ["PHOTOS"]).resolve()
log = logging.getLogger("shop")
mails: set[asyncio.Task] = set()
sessions: dict[str, dict] = {}
screens: dict[WebSocket, asyncio.Queue] = {}


@asynccontextmanager
async def lifespan(app):
    async with httpx.AsyncClient() as app.state.partners:
        yield
        if mails:
            await asyncio.wait(mails)


app = FastAPI(title="capstone", lifespan=lifespan)


class NewOrder(BaseModel):
    sku: str = Field(examples=["desk"])
    quantity: int = Field(ge=1, le=100, examples=[2])
    note: str = Field("", examples=["Ring twice"])


class Review(BaseModel):
    author: str
    text: str


class Contact(BaseModel):
    phone: str | None = None
    address: str | None = None


async def database():
    async with aiosqlite.connect(os.environ["SHOP_DB"]) as connection:
        connection.row_factory = aiosqlite.Row
        yield connection


Database = Annotated[aiosqlite.Connection, Depends(database)]


async def rows(database, sql, *values) -> list[dict]:
    return [dict(row) for row in await database.execute_fetchall(sql, values)]


async def change(database, sql, *values):
    await database.execute(sql, values)
    await database.commit()


async def send_mail(to: str, text: str) -> None:
    try:
        url = f"{os.environ['MAIL_URL']}/messages"
        (await app.state.partners.post(url, json={"to": to, "text": text})).raise_for_status()
    except httpx.HTTPError:
        log.exception("no mail to %s", to)


async def current(session: Annotated[str, Cookie()] = "") -> dict:
    if session not in sessions:
        raise HTTPException(401, "Please sign in")
    return sessions[session]


Visitor = Annotated[dict, Depends(current)]


async def staff(visitor: Visitor) -> None:
    if visitor["role"] != "staff":
        raise HTTPException(403, "Staff only")


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/ready")
async def ready():
    try:
        url = f"{os.environ['SUPPLIER_URL']}/health"
        async with asyncio.timeout(1.5):
            (await app.state.partners.get(url)).raise_for_status()
    except (httpx.HTTPError, TimeoutError):
        raise HTTPException(503, "the supplier does not answer") from None
    return {"status": "ok"}


@app.post("/login")
async def login(database: Database, name: Annotated[str, Form()]):
    found = await rows(database, "SELECT name, role FROM customers WHERE name = ?", name)
    if not found:
        raise HTTPException(401, "Unknown name")
    session = secrets.token_urlsafe()
    sessions[session] = found[0]
    answer = RedirectResponse("/me", 303)
    answer.set_cookie("session", session, 3600, secure=True, httponly=True, samesite="lax")
    answer.set_cookie("display_name", quote(name), 3600, secure=True, samesite="lax")
    return answer


@app.post("/logout", status_code=303)
async def logout(response: Response, session: Annotated[str, Cookie()] = ""):
    sessions.pop(session, None)
    response.headers["Location"] = "/"
    response.delete_cookie("session")
    response.delete_cookie("display_name")


@app.get("/me")
async def read_me(visitor: Visitor, database: Database):
    return (await rows(database, "SELECT * FROM customers WHERE name = ?", visitor["name"]))[0]


@app.patch("/me")
async def change_me(sent: Contact, visitor: Visitor, database: Database) -> Contact:
    for field in sent.model_fields_set:
        sql = f"UPDATE customers SET {field} = ? WHERE name = ?"
        await change(database, sql, getattr(sent, field), visitor["name"])
    sql = "SELECT phone, address FROM customers WHERE name = ?"
    return Contact(**(await rows(database, sql, visitor["name"]))[0])


@app.get("/items/{sku}")
async def read_item(sku: str):
    url = f"{os.environ['SUPPLIER_URL']}/prices/{quote(sku)}"
    answer = await app.state.partners.get(url, timeout=30)
    return {"sku": sku, "price": answer.raise_for_status().json()["price"]}


@app.get("/items/{sku}/reviews", response_model=list[Review])
async def read_reviews(sku: str, database: Database):
    return await rows(database, "SELECT * FROM reviews WHERE sku = ?", sku)


@app.post("/orders", status_code=201)
async def place_order(new: NewOrder, visitor: Visitor, database: Database):
    ref, name = secrets.token_hex(8), visitor["name"]
    sql = "INSERT INTO orders VALUES (?, ?, ?, ?, ?)"
    await change(database, sql, ref, name, new.sku, new.quantity, new.note)
    [customer] = await rows(database, "SELECT email FROM customers WHERE name = ?", name)
    task = asyncio.create_task(send_mail(customer["email"], f"Thank you for your order {ref}."))
    mails.add(task)
    task.add_done_callback(mails.discard)
    return {"ref": ref}


@app.get("/orders/{ref}")
async def read_order(ref: str, visitor: Visitor, database: Database):
    if ref == "mine":
        return await rows(
            database, "SELECT * FROM orders WHERE customer = ?", visitor["name"]
        )
    sql = """SELECT *, (SELECT coalesce(sum(cents), 0) FROM (
        SELECT cents FROM payments WHERE payments.ref = orders.ref)) AS paid_cents
        FROM orders WHERE ref = ? AND customer = ?"""
    if found := await rows(database, sql, ref, visitor["name"]):
        return found[0]
    raise HTTPException(404, "No such order")


@app.get("/orders.csv", dependencies=[Depends(staff)])
async def export_orders(database: Database):
    text = io.StringIO()
    table = csv.DictWriter(text, ["ref", "customer", "sku", "quantity", "note"])
    table.writeheader()
    table.writerows(await rows(database, "SELECT * FROM orders"))
    return Response(text.getvalue().encode(), media_type="text/csv")


@app.post("/webhooks/payments", status_code=204)
async def take_payment(request: Request, x_signature: Annotated[str, Header()], database: Database):
    body = await request.body()
    right = hmac.digest(os.environ["WEBHOOK_SECRET"].encode(), body, "sha256").hex()
    if not hmac.compare_digest(right.encode(), x_signature.encode()):
        raise HTTPException(401, "Not signed by the payment provider")
    event = json.loads(body)
    sql = """INSERT INTO payments SELECT ?1, ?2, ?3
        WHERE NOT EXISTS (SELECT 1 FROM payments WHERE id = ?1)"""
    await change(database, sql, event["id"], event["ref"], event["cents"])


@app.get("/photos/{name:path}")
async def read_photo(name: str):
    path = (PHOTOS / name).resolve()
    if not path.is_relative_to(PHOTOS) or not path.is_file():
        raise HTTPException(404, "No such photo")
    return FileResponse(path)


@app.websocket("/screens")
async def screen(socket: WebSocket):
    await socket.accept()
    screens[socket] = asyncio.Queue(100)

    async def show():
        while True:
            await socket.send_text(await screens[socket].get())

    showing = asyncio.create_task(show())
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    finally:
        showing.cancel()
        del screens[socket]


@app.post("/calls", status_code=202, dependencies=[Depends(staff)])
async def call_warehouse(text: Annotated[str, Body(embed=True)]):
    for queue in screens.values():
        if not queue.full():
            queue.put_nowait(text)
    return {"screens": len(screens)}
