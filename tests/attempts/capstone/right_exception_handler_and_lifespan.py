# exercise: capstone
"""A handler of Exception, threads that the lifespan waits for, a class for the screens."""

import asyncio
import csv
import hmac
import io
import json
import logging
import os
import secrets
import sqlite3
import threading
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from urllib.request import urlopen

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
    WebSocketDisconnect,
)
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

PHOTOS = os.path.abspath(os.environ["PHOTOS"])
SECRET = os.environ["WEBHOOK_SECRET"].encode()
log = logging.getLogger("shop")
under_way: list[threading.Thread] = []


@asynccontextmanager
async def mailing(app):
    yield
    for thread in under_way:
        thread.join()


app = FastAPI(title="capstone", lifespan=mailing)
sessions: dict[str, dict] = {}


class Screens:
    def __init__(self):
        self.on: list[WebSocket] = []

    async def connect(self, socket: WebSocket) -> None:
        await socket.accept()
        self.on.append(socket)

    def disconnect(self, socket: WebSocket) -> None:
        self.on.remove(socket)

    async def broadcast(self, text: str) -> int:
        told = 0
        for socket in list(self.on):
            try:
                await socket.send_text(text)
                told += 1
            except Exception:
                log.warning("a screen has gone off")
        return told


screens = Screens()


class NewOrder(BaseModel):
    sku: str = Field(examples=["desk"])
    quantity: int = Field(ge=1, le=100, examples=[2])
    note: str = ""


class Review(BaseModel):
    author: str
    text: str


class Contact(BaseModel):
    phone: str | None = None
    address: str | None = None


def open_database():
    database = sqlite3.connect(
        os.environ["SHOP_DB"], check_same_thread=False, isolation_level=None
    )
    database.row_factory = sqlite3.Row
    try:
        yield database
    finally:
        database.close()


Database = Annotated[sqlite3.Connection, Depends(open_database)]


def rows(database: sqlite3.Connection, sql: str, *values) -> list[dict]:
    return [dict(row) for row in database.execute(sql, values)]


def ask_supplier(path: str) -> dict:
    with urlopen(os.environ["SUPPLIER_URL"] + path) as answer:
        return json.load(answer)


def send_mail(to: str, text: str) -> None:
    answer = httpx.post(f"{os.environ['MAIL_URL']}/messages", json={"to": to, "text": text})
    if answer.is_error:
        log.error("the mail to %s was refused with %s", to, answer.status_code)


def current(session: Annotated[str, Cookie()] = "") -> dict:
    if session not in sessions:
        raise HTTPException(401, "Please sign in")
    return sessions[session]


Visitor = Annotated[dict, Depends(current)]


def require_staff(visitor: Visitor) -> None:
    if "staff" not in visitor["scopes"]:
        raise HTTPException(403, "Staff only")


async def signed_event(request: Request, x_signature: Annotated[str, Header()] = "") -> dict:
    body = await request.body()
    signature = hmac.digest(SECRET, body, "sha256").hex()
    if not hmac.compare_digest(signature.encode(), x_signature.encode()):
        raise HTTPException(401, "Not signed by the payment provider")
    return json.loads(body)


@app.exception_handler(Exception)
async def answer_crash(request: Request, error: Exception):
    return JSONResponse({"detail": "Something went wrong, please try again"}, 500)


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/ready")
async def ready(response: Response):
    try:
        async with asyncio.timeout(2), httpx.AsyncClient() as client:
            answer = await client.get(os.environ["SUPPLIER_URL"] + "/health")
            answer.raise_for_status()
    except (httpx.HTTPError, TimeoutError):
        response.status_code = 503
        return {"status": "the supplier does not answer"}
    return {"status": "ok"}


@app.post("/login")
def login(database: Database, name: Annotated[str, Form()], scope: Annotated[str, Form()] = ""):
    """Sign a visitor in; the gateway in front of this service has checked the password."""
    found = rows(database, "SELECT name, role FROM customers WHERE name = ?", name)
    if not found:
        raise HTTPException(401, "Unknown name")
    if not set(scope.split()) <= {found[0]["role"]}:
        raise HTTPException(400, "invalid_scope")
    session = secrets.token_urlsafe()
    sessions[session] = found[0] | {"scopes": scope.split()}
    answer = RedirectResponse("/me", 303)
    options = {"max_age": 3600, "secure": True, "samesite": "lax"}
    answer.set_cookie("session", session, httponly=True, **options)
    answer.set_cookie("display_name", quote(name), **options)
    return answer


@app.post("/logout", status_code=303)
def logout(response: Response, session: Annotated[str, Cookie()] = ""):
    sessions.pop(session, None)
    for name in ("session", "display_name"):
        response.delete_cookie(name)
    response.headers["Location"] = "/"


@app.get("/me")
def read_me(visitor: Visitor, database: Database):
    sql = "SELECT name, role, email, phone, address FROM customers WHERE name = ?"
    return rows(database, sql, visitor["name"])[0]


@app.patch("/me")
def change_me(change: Contact, visitor: Visitor, database: Database) -> Contact:
    [stored] = rows(
        database, "SELECT phone, address FROM customers WHERE name = ?", visitor["name"]
    )
    contact = Contact(**stored).model_copy(update=change.model_dump(exclude_unset=True))
    sql = "UPDATE customers SET phone = ?, address = ? WHERE name = ?"
    database.execute(sql, (contact.phone, contact.address, visitor["name"]))
    return contact


@app.get("/items/{sku}")
async def read_item(sku: str):
    answer = await asyncio.to_thread(ask_supplier, f"/prices/{quote(sku)}")
    return {"sku": sku, "price": answer["price"]}


@app.get("/items/{sku}/reviews")
def read_reviews(sku: str, database: Database) -> list[Review]:
    return rows(database, "SELECT author, email, text FROM reviews WHERE sku = ?", sku)


@app.post("/items/{sku}/reviews", status_code=201, response_model=Review)
def write_review(
    sku: str, text: Annotated[str, Body(embed=True)], visitor: Visitor, database: Database
):
    sql = "INSERT INTO reviews SELECT ?, name, email, ? FROM customers WHERE name = ?"
    database.execute(sql, (sku, text, visitor["name"]))
    return {"author": visitor["name"], "text": text}


@app.post("/orders", status_code=201)
def place_order(new: NewOrder, visitor: Visitor, database: Database):
    ref, name = secrets.token_hex(8), visitor["name"]
    order = (ref, name, new.sku, new.quantity, new.note)
    database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", order)
    [customer] = rows(database, "SELECT email FROM customers WHERE name = ?", name)
    mail = (customer["email"], f"Thank you for your order {ref}.")
    thread = threading.Thread(target=send_mail, args=mail)
    thread.start()
    under_way.append(thread)
    return {"ref": ref}


@app.get("/orders/{ref}")
def read_order(ref: str, visitor: Visitor, database: Database):
    if ref == "mine":
        return rows(database, "SELECT * FROM orders WHERE customer = ?", visitor["name"])
    sql = "SELECT * FROM orders WHERE ref = ? AND customer = ?"
    found = rows(database, sql, ref, visitor["name"])
    if not found:
        raise HTTPException(404, "No such order")
    payments = rows(database, "SELECT cents FROM payments WHERE ref = ?", ref)
    return found[0] | {"paid_cents": sum(payment["cents"] for payment in payments)}


@app.get("/orders.csv", dependencies=[Depends(require_staff)])
def export_orders(database: Database):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["ref", "customer", "sku", "quantity", "note"])
    writer.writerows(
        order.values()
        for order in rows(database, "SELECT ref, customer, sku, quantity, note FROM orders")
    )
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8")


@app.post("/webhooks/payments", status_code=204)
def take_payment(event: Annotated[dict, Depends(signed_event)], database: Database):
    database.execute("CREATE UNIQUE INDEX IF NOT EXISTS payment_id ON payments (id)")
    database.execute("INSERT OR IGNORE INTO payments VALUES (:id, :ref, :cents)", event)


@app.get("/photos/{name:path}")
def read_photo(name: str):
    root = Path(PHOTOS).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise HTTPException(404, "No such photo")
    return FileResponse(path)


@app.websocket("/screens")
async def screen(socket: WebSocket):
    await screens.connect(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        screens.disconnect(socket)


@app.post("/calls", status_code=202, dependencies=[Depends(require_staff)])
async def call_warehouse(text: Annotated[str, Body(embed=True)]):
    return {"screens": await screens.broadcast(text)}
