# exercise: async_database
"""The order is stored by a background task, which runs after the answer.

Fails: no order is confirmed before it is stored
Fails: a second order with the same ref is not confirmed, and changes nothing
"""

import os

from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine
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


def store(data: OrderData) -> None:
    with Session(engine) as session, session.begin():
        session.add(Order(ref=data.ref, qty=data.qty))


@app.post("/orders", status_code=201, response_model=OrderData)
def create_order(data: OrderData, tasks: BackgroundTasks):
    tasks.add_task(store, data)
    return data


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
