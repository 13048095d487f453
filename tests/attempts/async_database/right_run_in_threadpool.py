# exercise: async_database
"""The endpoint stays async def and awaits a sync function on a worker thread."""

import os

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI(title="async_database")
engine = create_engine(f"sqlite:///{os.environ['DB_PATH']}")


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    ref: Mapped[str] = mapped_column(primary_key=True)
    qty: Mapped[int]


class OrderData(BaseModel):
    ref: str
    qty: int


def store(data: OrderData) -> OrderData:
    with Session(engine) as session, session.begin():
        session.add(Order(ref=data.ref, qty=data.qty))
    return data


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData):
    return await run_in_threadpool(store, data)


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
