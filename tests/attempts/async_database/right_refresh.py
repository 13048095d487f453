# exercise: async_database
"""Async, with rows that expire at the commit and are read again by an awaited refresh."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI(title="async_database")
engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['DB_PATH']}")


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    ref: Mapped[str] = mapped_column(primary_key=True)
    qty: Mapped[int]


class OrderData(BaseModel):
    ref: str
    qty: int


async def get_session():
    async with AsyncSession(engine) as session:
        yield session


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[AsyncSession, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    await session.commit()
    await session.refresh(order)
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
