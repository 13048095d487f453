# exercise: capstone
"""An outbox with one worker, its own table of events, the place of a crash on one line."""

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
import traceback
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
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.convertors import StringConvertor, register_url_convertor

PHOTOS = os.path.abspath(os.environ["PHOTOS"])
SECRET = os.environ["WEBHOOK_SECRET"].encode()
log = logging.getLogger("shop")


@asynccontextmanager
async def mailing(app):
    stop = threading.Event()
    worker = threading.Thread(target=work_off, args=(stop,), daemon=True)
    worker.start()
    yield
    stop.set()
    worker.join()


def work_off(stop):
    """Send what stands in the outbox; take it out when the mail partner has it."""
    database = sqlite3.connect(os.environ["SHOP_DB"])
    database.execute(
        "CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY, address, text)"
    )
    while True:
        last = stop.is_set()
        for number, *mail in database.execute("SELECT * FROM outbox").fetchall():
            try:
                send_mail(*mail)
            except httpx.HTTPError:
                log.exception("mail %s is tried again", number)
                continue
            with database:
                database.execute("DELETE FROM outbox WHERE number = ?", (number,))
        if last:
            return
        stop.wait(0.5)


app = FastAPI(title="capstone", lifespan=mailing)


class Ref(StringConvertor):
    regex = "(?!mine$)[^/]+"


register_url_convertor("ref", Ref())
sessions: dict[str, dict] = {}
screens: dict[WebSocket, asyncio.Queue] = {}


class NewOrder(BaseModel):
    sku: str
    quantity: int = Field(ge=1, le=100)
    note: str = ""


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


def require_staff(visitor: Visitor, database: Database) -> None:
    found = rows(database, "SELECT role FROM customers WHERE name = ?", visitor["name"])
    if not found or found[0]["role"] != "staff":
        raise HTTPException(403, "Staff only")


async def signed_event(request: Request, x_signature: Annotated[str, Header()] = "") -> dict:
    body = await request.body()
    signature = hmac.digest(SECRET, body, "sha256").hex()
    if not hmac.compare_digest(signature.encode(), x_signature.encode()):
        raise HTTPException(401, "Not signed by the payment provider")
    return json.loads(body)


@app.middleware("http")
async def answer_crash(request: Request, call_next):
    try:
        return await call_next(request)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.critical(
            json.dumps(
                {
                    "path": request.url.path,
                    "error": f"{type(error).__name__}: {error}",
                    "where": f"{where.filename}:{where.lineno} in {where.name}",
                }
            )
        )
        return JSONResponse({"detail": "Something went wrong, please try again"}, 500)


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/ready")
async def ready(response: Response):
    try:
        await asyncio.wait_for(asyncio.to_thread(ask_supplier, "/health"), 1)
    except (OSError, TimeoutError):
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
        answer.headers.append(
            "set-cookie",
            f"{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax",
        )
    return answer


@app.get("/me")
def read_me(visitor: Visitor, database: Database):
    sql = "SELECT name, role, email, phone, address FROM customers WHERE name = ?"
    return rows(database, sql, visitor["name"])[0]


@app.patch("/me")
def change_me(change: Contact, visitor: Visitor, database: Database) -> Contact:
    for field in change.model_fields_set:
        sql = f"UPDATE customers SET {field} = ? WHERE name = ?"
        database.execute(sql, (getattr(change, field), visitor["name"]))
    sql = "SELECT phone, address FROM customers WHERE name = ?"
    return rows(database, sql, visitor["name"])[0]


@app.get("/items/{sku}")
async def read_item(sku: str):
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(os.environ["SUPPLIER_URL"] + f"/prices/{quote(sku)}")
            answer.raise_for_status()
    except httpx.HTTPError as error:
        raise HTTPException(502, "The supplier does not name a price") from error
    return {"sku": sku, "price": answer.json()["price"]}


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
def place_order(
    new: Annotated[
        NewOrder,
        Body(
            openapi_examples={
                "a desk": {"summary": "A desk", "value": {"sku": "desk", "quantity": 1}}
            }
        ),
    ],
    visitor: Visitor,
    database: Database,
):
    ref, name = secrets.token_hex(8), visitor["name"]
    order = (ref, name, new.sku, new.quantity, new.note)
    database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", order)
    database.commit()
    [customer] = rows(database, "SELECT email FROM customers WHERE name = ?", name)
    mail = (customer["email"], f"Thank you for your order {ref}.")
    database.execute("INSERT INTO outbox (address, text) VALUES (?, ?)", mail)
    return {"ref": ref}


@app.get("/orders/{ref:ref}")
def read_order(ref: str, visitor: Visitor, database: Database):
    sql = "SELECT * FROM orders WHERE ref = ? AND customer = ?"
    found = rows(database, sql, ref, visitor["name"])
    if not found:
        raise HTTPException(404, "No such order")
    payments = rows(database, "SELECT cents FROM payments WHERE ref = ?", ref)
    return found[0] | {"paid_cents": sum(payment["cents"] for payment in payments)}


@app.get("/orders/mine")
def read_my_orders(visitor: Visitor, database: Database):
    return rows(database, "SELECT * FROM orders WHERE customer = ?", visitor["name"])


@app.get("/orders.csv", dependencies=[Depends(require_staff)])
def export_orders(database: Database):
    orders = rows(database, "SELECT ref, customer, sku, quantity, note FROM orders")

    def lines():
        line = io.StringIO(newline="")
        writer = csv.writer(line)
        for values in [
            ["ref", "customer", "sku", "quantity", "note"],
            *(o.values() for o in orders),
        ]:
            writer.writerow(values)
            yield line.getvalue()
            line.seek(0)
            line.truncate()

    return StreamingResponse(lines(), media_type="text/csv")


@app.post("/webhooks/payments", status_code=204)
def take_payment(event: Annotated[dict, Depends(signed_event)], database: Database):
    database.execute("CREATE TABLE IF NOT EXISTS events_seen (id TEXT PRIMARY KEY)")
    try:
        database.execute("INSERT INTO events_seen VALUES (:id)", event)
    except sqlite3.IntegrityError:
        return
    database.execute("INSERT INTO payments VALUES (:id, :ref, :cents)", event)


@app.get("/photos/{name:path}")
def read_photo(name: str):
    root = Path(PHOTOS).resolve()
    try:
        path = (root / name).resolve(strict=True)
        path.relative_to(root)
    except (OSError, ValueError):
        raise HTTPException(404, "No such photo") from None
    if not path.is_file():
        raise HTTPException(404, "No such photo")
    return FileResponse(path)


@app.websocket("/screens")
async def screen(socket: WebSocket):
    await socket.accept()
    calls = screens[socket] = asyncio.Queue()

    async def tell():
        while True:
            await socket.send_text(await calls.get())

    telling = asyncio.create_task(tell())
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        del screens[socket]
        telling.cancel()


@app.post("/calls", status_code=202, dependencies=[Depends(require_staff)])
async def call_warehouse(text: Annotated[str, Body(embed=True)]):
    for calls in screens.values():
        calls.put_nowait(text)
    return {"screens": len(screens)}
