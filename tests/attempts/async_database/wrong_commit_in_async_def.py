# exercise: async_database
"""It commits before it answers, but the sync commit still runs on the event loop.

Fails: GET /health answers while another program holds the database
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


async def get_session():
    with Session(engine) as session:
        yield session


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[Session, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "This ref is taken") from None
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
