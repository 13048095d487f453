# exercise: capstone
"""Plain `def`, SQLAlchemy with one transaction per change, the shop's parts as classes with routers."""

import csv
import hmac
import io
import logging
import os
import secrets
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import anyio
import httpx
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Depends,
    FastAPI,
    Form,
    HTTPException,
    Request,
    WebSocket,
)
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

engine = create_engine(f"sqlite:///{os.environ['SHOP_DB']}", poolclass=NullPool)
supplier = httpx.Client(base_url=os.environ["SUPPLIER_URL"], timeout=30)


def rows(sql, **values):
    with engine.connect() as database:
        return [dict(row) for row in database.execute(text(sql), values).mappings()]


def change(sql, **values):
    with engine.begin() as database:
        return database.execute(text(sql), values).rowcount


class Visitors:
    def __init__(self):
        self.sessions = {}
        self.router = APIRouter()
        self.router.post("/login")(self.login)
        self.router.post("/logout")(self.logout)
        self.router.get("/me")(self.read_me)
        self.router.patch("/me")(self.change_me)

    def current(self, request: Request) -> dict:
        try:
            return self.sessions[request.cookies["__Host-session"]]
        except KeyError:
            raise HTTPException(401, "Please sign in") from None

    def login(self, name: Annotated[str, Form()], scope: Annotated[str, Form()] = ""):
        found = rows("SELECT * FROM customers WHERE name = :name", name=name)
        if not found:
            raise HTTPException(401, "Unknown name")
        if set(scope.split()) - {found[0]["role"]}:
            raise HTTPException(403, "This scope is not for you")
        session = secrets.token_urlsafe()
        self.sessions[session] = {"name": name, "scopes": set(scope.split())}
        answer = JSONResponse({"name": name})
        options = {"max_age": 3600, "secure": True, "samesite": "strict"}
        answer.set_cookie("__Host-session", session, httponly=True, **options)
        answer.set_cookie("display_name", quote(name), **options)
        return answer

    def logout(self, request: Request):
        self.sessions.pop(request.cookies.get("__Host-session"), None)
        answer = RedirectResponse("/", 303)
        for name in ("__Host-session", "display_name"):
            answer.set_cookie(name, "", expires=0, max_age=0, secure=True)
        return answer

    def read_me(self, request: Request):
        name = self.current(request)["name"]
        return rows("SELECT * FROM customers WHERE name = :name", name=name)[0]

    def change_me(self, request: Request, sent: Annotated[dict[str, str | None], Body()]):
        name = self.current(request)["name"]
        for field in {"phone", "address"} & sent.keys():
            sql = f"UPDATE customers SET {field} = :value WHERE name = :name"
            change(sql, value=sent[field], name=name)
        return self.read_me(request)


visitors = Visitors()
Visitor = Annotated[dict, Depends(visitors.current)]


def staff(visitor: Visitor):
    if "staff" not in visitor["scopes"]:
        raise HTTPException(403, "Staff only")


class NewOrder(BaseModel):
    sku: str
    quantity: int = Field(ge=1, le=100)
    note: str = ""


class Orders:
    def __init__(self):
        self.router = APIRouter()
        self.router.get("/orders/mine")(self.mine)
        self.router.get("/orders/{ref}")(self.read)
        self.router.post("/orders", status_code=201)(self.place)
        self.router.get("/orders.csv", dependencies=[Depends(staff)])(self.export)

    def mail(self, to, words):
        url = os.environ["MAIL_URL"] + "/messages"
        if httpx.post(url, json={"to": to, "text": words}).is_error:
            logging.error("no mail to %s", to)

    def place(
        self,
        new: Annotated[
            NewOrder,
            Body(openapi_examples={"two desks": {"value": {"sku": "desk", "quantity": 2}}}),
        ],
        visitor: Visitor,
        later: BackgroundTasks,
    ):
        ref, name = secrets.token_hex(8), visitor["name"]
        sql = "INSERT INTO orders VALUES (:ref, :name, :sku, :quantity, :note)"
        change(sql, ref=ref, name=name, **new.model_dump())
        [to] = rows("SELECT email FROM customers WHERE name = :name", name=name)
        later.add_task(self.mail, to["email"], f"Thank you for your order {ref}.")
        return {"ref": ref}

    def mine(self, visitor: Visitor):
        return rows("SELECT * FROM orders WHERE customer = :name", name=visitor["name"])

    def read(self, ref: str, visitor: Visitor):
        found = [order for order in self.mine(visitor) if order["ref"] == ref]
        if not found:
            raise HTTPException(404, "No such order")
        paid = rows("SELECT sum(cents) AS cents FROM payments WHERE ref = :ref", ref=ref)
        return found[0] | {"paid_cents": paid[0]["cents"] or 0}

    def export(self):
        def lines():
            yield "ref,customer,sku,quantity,note\r\n"
            for order in rows("SELECT * FROM orders"):
                line = io.StringIO()
                csv.writer(line, quoting=csv.QUOTE_ALL).writerow(order.values())
                yield line.getvalue()

        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8")


class Screens:
    def __init__(self):
        self.on = set()

    async def join(self, socket: WebSocket):
        await socket.accept()
        self.on.add(socket)
        async for _ in socket.iter_text():
            pass
        self.on.discard(socket)

    async def tell(self, text: Annotated[str, Body(embed=True)]):
        for socket in list(self.on):
            try:
                with anyio.fail_after(1):
                    await socket.send_text(text)
            except Exception:
                self.on.discard(socket)
        return {"screens": len(self.on)}


orders, screens = Orders(), Screens()
app = FastAPI(title="capstone")
app.include_router(visitors.router)
app.include_router(orders.router)
app.add_api_websocket_route("/screens", screens.join)
app.post("/calls", dependencies=[Depends(staff)])(screens.tell)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/ready")
def ready():
    try:
        supplier.get("/health", timeout=httpx.Timeout(1)).raise_for_status()
    except httpx.HTTPError:
        return JSONResponse({"status": "not ready"}, 503)
    return {"status": "ok"}


@app.get("/items/{sku}")
def read_item(sku: str):
    return supplier.get(f"/prices/{quote(sku)}").raise_for_status().json()


@app.get("/items/{sku}/reviews")
def read_reviews(sku: str):
    return rows("SELECT author, text FROM reviews WHERE sku = :sku", sku=sku)


@app.post("/webhooks/payments", status_code=204)
async def take_payment(request: Request):
    body = await request.body()
    key, sent = os.environ["WEBHOOK_SECRET"].encode(), request.headers.get("x-signature", "")
    if not hmac.compare_digest(hmac.digest(key, body, "sha256").hex().encode(), sent.encode()):
        raise HTTPException(401, "Not signed by the payment provider")
    sql = """INSERT INTO payments SELECT :id, :ref, :cents
        WHERE NOT EXISTS (SELECT 1 FROM payments WHERE id = :id)"""
    await anyio.to_thread.run_sync(lambda event: change(sql, **event), await request.json())


@app.get("/photos/{name:path}")
def read_photo(name: str):
    folder = Path(os.environ["PHOTOS"]).resolve()
    path = (folder / name).resolve()
    if folder not in path.parents or not path.is_file():
        raise HTTPException(404, "No such photo")
    return FileResponse(path)
