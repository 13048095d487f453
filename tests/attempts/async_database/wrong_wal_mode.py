# exercise: async_database
"""WAL keeps readers out of the way, but two writers still wait for each other, on the event loop.

Fails: GET /health answers while another program holds the database
Fails: no order is confirmed before it is stored
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine, event
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


@event.listens_for(engine, "connect")
def use_wal(connection, record):
    connection.execute("PRAGMA journal_mode=WAL")


async def get_session():
    with Session(engine) as session:
        yield session
        session.commit()


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[Session, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
