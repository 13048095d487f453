# exercise: async_database
"""Plain def everywhere; scope="function" ends the dependency, and commits, before the answer."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
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


def get_session():
    with Session(engine) as session:
        yield session
        session.commit()


OrderSession = Annotated[Session, Depends(get_session, scope="function")]


@app.post("/orders", status_code=201, response_model=OrderData)
def create_order(data: OrderData, session: OrderSession):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
