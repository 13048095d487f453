# exercise: async_database
"""The dependency commits, and scope="function" makes it do so before the answer is sent."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
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
    try:
        async with new_session.begin() as session:
            yield session
    except IntegrityError:
        raise HTTPException(409, "This ref is taken") from None


OrderSession = Annotated[AsyncSession, Depends(get_session, scope="function")]


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: OrderSession):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
