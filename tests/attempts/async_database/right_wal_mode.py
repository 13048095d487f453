# exercise: async_database
"""Async, on a database in WAL mode, where readers and the writer do not wait for each other."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI(title="async_database")
engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['DB_PATH']}")
new_session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    ref: Mapped[str] = mapped_column(primary_key=True)
    qty: Mapped[int]


class OrderData(BaseModel):
    ref: str
    qty: int


@event.listens_for(engine.sync_engine, "connect")
def use_wal(connection, record):
    connection.execute("PRAGMA journal_mode=WAL")


async def get_session():
    async with new_session() as session:
        yield session


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[AsyncSession, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    await session.commit()
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
