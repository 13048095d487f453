# exercise: async_database
"""A flush finds the duplicate, but what it sends is not stored before the late commit.

Fails: no order is confirmed before it is stored
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
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


def get_session():
    with Session(engine) as session:
        yield session
        session.commit()


@app.post("/orders", status_code=201, response_model=OrderData)
def create_order(data: OrderData, session: Annotated[Session, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    try:
        session.flush()
    except IntegrityError:
        raise HTTPException(409, "This ref is taken") from None
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
