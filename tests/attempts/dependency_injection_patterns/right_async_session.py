# exercise: dependency_injection_patterns
"""The same with an async session, which everything awaits."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

app = FastAPI(title="dependency_injection_patterns")
engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['CUSTOMERS_DB']}")


async def get_session():
    async with AsyncSession(engine) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


class Repository:
    def __init__(self, session: SessionDep):
        self.session = session

    async def save(self, sql: str, **values: str) -> bool:
        result = await self.session.execute(text(sql), values)
        return result.rowcount == 1


class Customers(Repository):
    async def add(self, name: str) -> bool:
        return await self.save("INSERT OR IGNORE INTO customers VALUES (:name)", name=name)


class Vouchers(Repository):
    async def redeem(self, code: str) -> bool:
        return await self.save("UPDATE vouchers SET uses = uses - 1 WHERE code = :code", code=code)


CustomersDep = Annotated[Customers, Depends()]
VouchersDep = Annotated[Vouchers, Depends()]


@app.post("/customers/{name}", status_code=201)
async def register(
    name: str,
    code: str,
    customers: CustomersDep,
    vouchers: VouchersDep,
    session: SessionDep,
):
    try:
        if not await customers.add(name):
            raise HTTPException(409, "This name is taken")
        if not await vouchers.redeem(code):
            raise HTTPException(404, "There is no such voucher")
        await session.commit()
    except exc.IntegrityError:
        raise HTTPException(409, "This voucher is used up") from None
