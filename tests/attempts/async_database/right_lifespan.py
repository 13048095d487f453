# exercise: async_database
"""The engine lives as long as the server: made, and the tables with it, in the lifespan."""

import os
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    ref: Mapped[str] = mapped_column(primary_key=True)
    qty: Mapped[int]


class OrderData(BaseModel):
    ref: str
    qty: int


@asynccontextmanager
async def lifespan(app: FastAPI):
    engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['DB_PATH']}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.new_session = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


app = FastAPI(title="async_database", lifespan=lifespan)


async def get_session(request: Request):
    async with request.app.state.new_session() as session:
        yield session


@app.post("/orders", status_code=201, response_model=OrderData)
async def create_order(data: OrderData, session: Annotated[AsyncSession, Depends(get_session)]):
    order = Order(ref=data.ref, qty=data.qty)
    session.add(order)
    await session.commit()
    return order


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
