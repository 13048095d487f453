# exercise: capstone
"""Every repair is the smallest that does it: a word, a line, a deletion."""

import hmac
import json
import logging
import os
import secrets
import sqlite3
from typing import Annotated
from urllib.parse import quote
from urllib.request import urlopen

import httpx
from fastapi import (
    BackgroundTasks,
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
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

PHOTOS = os.path.abspath(os.environ["PHOTOS"])
SECRET = os.environ["WEBHOOK_SECRET"].encode()
log = logging.getLogger("shop")
app = FastAPI(title="capstone")
sessions: dict[str, dict] = {}
screens: list[WebSocket] = []


class NewOrder(BaseModel):
    sku: str
    quantity: int = Field(ge=1, le=100)
    note: str = ""
    model_config = ConfigDict(json_schema_extra={"examples": [{"sku": "desk", "quantity": 2}]})


class Review(BaseModel):
    author: str
    text: str


class Contact(BaseModel):
    phone: str | None = None
    address: str | None = None


def open_database():
    database = sqlite3.connect(os.environ["SHOP_DB"], check_same_thread=False)
    database.row_factory = sqlite3.Row
    try:
        yield database
        database.commit()
    finally:
        database.close()


Database = Annotated[sqlite3.Connection, Depends(open_database, scope="function")]


def rows(database: sqlite3.Connection, sql: str, *values) -> list[dict]:
    return [dict(row) for row in database.execute(sql, values)]


def ask_supplier(path: str, timeout: float = 30) -> dict:
    with urlopen(os.environ["SUPPLIER_URL"] + path, timeout=timeout) as answer:
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
    if visitor["role"] != "staff":
        raise HTTPException(403, "Staff only")


async def signed_event(request: Request, x_signature: Annotated[str, Header()] = "") -> dict:
    body = await request.body()
    signature = hmac.digest(SECRET, body, "sha256").hex()
    if not hmac.compare_digest(signature.encode(), x_signature.encode()):
        raise HTTPException(401, "Not signed by the payment provider")
    return json.loads(body)


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/ready")
def ready(response: Response):
    try:
        ask_supplier("/health", timeout=1)
    except OSError:
        response.status_code = 503
        return {"status": "the supplier does not answer"}
    return {"status": "ok"}


@app.post("/login")
def login(database: Database, name: Annotated[str, Form()], scope: Annotated[str, Form()] = ""):
    """Sign a visitor in; the gateway in front of this service has checked the password."""
    found = rows(database, "SELECT name, role FROM customers WHERE name = ?", name)
    if not found:
        raise HTTPException(401, "Unknown name")
    session = secrets.token_urlsafe()
    sessions[session] = found[0] | {"scopes": scope.split()}
    answer = RedirectResponse("/me", 303)
    options = {"max_age": 3600, "secure": True, "samesite": "lax"}
    answer.set_cookie("session", session, httponly=True, **options)
    answer.set_cookie("display_name", quote(name), **options)
    return answer


@app.post("/logout")
def logout(session: Annotated[str, Cookie()] = ""):
    sessions.pop(session, None)
    answer = RedirectResponse("/", 303)
    for name in ("session", "display_name"):
        answer.delete_cookie(name)
    return answer


@app.get("/me")
def read_me(visitor: Visitor, database: Database):
    sql = "SELECT name, role, email, phone, address FROM customers WHERE name = ?"
    return rows(database, sql, visitor["name"])[0]


@app.patch("/me")
def change_me(change: Contact, visitor: Visitor, database: Database) -> Contact:
    stored = rows(database, "SELECT * FROM customers WHERE name = ?", visitor["name"])[0]
    contact = stored | change.model_dump(exclude_unset=True)
    sql = "UPDATE customers SET phone = :phone, address = :address WHERE name = :name"
    database.execute(sql, contact)
    return contact


@app.get("/items/{sku}")
def read_item(sku: str):
    return {"sku": sku, "price": ask_supplier(f"/prices/{quote(sku)}")["price"]}


@app.get("/items/{sku}/reviews")
def read_reviews(sku: str, database: Database):
    return rows(database, "SELECT author, text FROM reviews WHERE sku = ?", sku)


@app.post("/items/{sku}/reviews", status_code=201, response_model=Review)
def write_review(
    sku: str, text: Annotated[str, Body(embed=True)], visitor: Visitor, database: Database
):
    sql = "INSERT INTO reviews SELECT ?, name, email, ? FROM customers WHERE name = ?"
    database.execute(sql, (sku, text, visitor["name"]))
    return {"author": visitor["name"], "text": text}


@app.post("/orders", status_code=201)
def place_order(new: NewOrder, visitor: Visitor, database: Database, background: BackgroundTasks):
    ref, name = secrets.token_hex(8), visitor["name"]
    order = (ref, name, new.sku, new.quantity, new.note)
    database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", order)
    [customer] = rows(database, "SELECT email FROM customers WHERE name = ?", name)
    background.add_task(send_mail, customer["email"], f"Thank you for your order {ref}.")
    return {"ref": ref}


@app.get("/orders/mine")
def read_my_orders(visitor: Visitor, database: Database):
    return rows(database, "SELECT * FROM orders WHERE customer = ?", visitor["name"])


@app.get("/orders/{ref}")
def read_order(ref: str, visitor: Visitor, database: Database):
    sql = "SELECT * FROM orders WHERE ref = ? AND customer = ?"
    found = rows(database, sql, ref, visitor["name"])
    if not found:
        raise HTTPException(404, "No such order")
    payments = rows(database, "SELECT cents FROM payments WHERE ref = ?", ref)
    return found[0] | {"paid_cents": sum(payment["cents"] for payment in payments)}


@app.get("/orders.csv", dependencies=[Depends(require_staff)])
def export_orders(database: Database):
    lines = ["ref,customer,sku,quantity,note"]
    for order in rows(database, "SELECT ref, customer, sku, quantity, note FROM orders"):
        quoted = (str(value).replace('"', '""') for value in order.values())
        lines.append(",".join(f'"{value}"' for value in quoted))
    return PlainTextResponse("\r\n".join(lines), media_type="text/csv")


@app.post("/webhooks/payments", status_code=204)
def take_payment(event: Annotated[dict, Depends(signed_event)], database: Database):
    if not rows(database, "SELECT 1 FROM payments WHERE id = ?", event["id"]):
        database.execute("INSERT INTO payments VALUES (:id, :ref, :cents)", event)


@app.get("/photos/{name:path}")
def read_photo(name: str):
    path = os.path.abspath(os.path.join(PHOTOS, name))
    if os.path.commonpath([path, PHOTOS]) != PHOTOS or not os.path.isfile(path):
        raise HTTPException(404, "No such photo")
    return FileResponse(path)


@app.websocket("/screens")
async def screen(socket: WebSocket):
    await socket.accept()
    screens.append(socket)
    try:
        async for _ in socket.iter_text():
            pass
    finally:
        screens.remove(socket)


@app.post("/calls", status_code=202, dependencies=[Depends(require_staff)])
async def call_warehouse(text: Annotated[str, Body(embed=True)]):
    for socket in screens:
        await socket.send_text(text)
    return {"screens": len(screens)}
