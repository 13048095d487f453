# exercise: async_database
"""No dependency: the endpoint opens its own transaction, and leaving the block commits."""

import os

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
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


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData):
    order = Order(ref=data.ref, qty=data.qty)
    try:
        async with new_session.begin() as session:
            session.add(order)
    except IntegrityError:
        raise HTTPException(409, "This ref is taken") from None
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
