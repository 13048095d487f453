# exercise: async_database
"""A short timeout makes the freeze short, and turns every order that should wait into an error.

Fails: orders that had to wait are confirmed and stored once the database is free
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI(title="async_database")
engine = create_engine(f"sqlite:///{os.environ['DB_PATH']}", connect_args={"timeout": 0.01})


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
    with Session(engine) as session:
        yield session


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[Session, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    session.commit()
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
