# exercise: async_database
"""The async driver ends the freeze, but the commit still follows the answer.

Fails: no order is confirmed before it is stored
Fails: a second order with the same ref is not confirmed, and changes nothing
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
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


async def get_session():
    async with new_session() as session:
        yield session
        await session.commit()


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[AsyncSession, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
