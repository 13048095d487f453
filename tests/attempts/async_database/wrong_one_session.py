# exercise: async_database
"""All requests share one session, which cannot serve two of them at the same time.

Fails: orders that had to wait are confirmed and stored once the database is free
"""

import os

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI(title="async_database")
engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['DB_PATH']}")
session = AsyncSession(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    ref: Mapped[str] = mapped_column(primary_key=True)
    qty: Mapped[int]


class OrderData(BaseModel):
    ref: str
    qty: int


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    await session.commit()
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
