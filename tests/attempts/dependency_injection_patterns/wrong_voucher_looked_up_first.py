# exercise: dependency_injection_patterns
"""The voucher is looked up first, but the repositories still commit: the database may yet refuse.

Fails: a taken name and a used-up voucher are refused, and change nothing
Fails: a registration is one transaction: no other program ever sees half of it
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, orm, text

app = FastAPI(title="dependency_injection_patterns")
engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}")


def get_session():
    with orm.Session(engine) as session:
        yield session


class Repository:
    def __init__(self, session: Annotated[orm.Session, Depends(get_session)]):
        self.session = session

    def save(self, sql: str, **values: str) -> bool:
        result = self.session.execute(text(sql), values)
        self.session.commit()
        return result.rowcount == 1


class Customers(Repository):
    def add(self, name: str) -> bool:
        return self.save("INSERT OR IGNORE INTO customers VALUES (:name)", name=name)


class Vouchers(Repository):
    def known(self, code: str) -> bool:
        sql = text("SELECT 1 FROM vouchers WHERE code = :code")
        return self.session.scalar(sql, {"code": code}) is not None

    def redeem(self, code: str) -> bool:
        return self.save("UPDATE vouchers SET uses = uses - 1 WHERE code = :code", code=code)


CustomersDep = Annotated[Customers, Depends()]
VouchersDep = Annotated[Vouchers, Depends()]


@app.post("/customers/{name}", status_code=201)
def register(name: str, code: str, customers: CustomersDep, vouchers: VouchersDep):
    if not vouchers.known(code):
        raise HTTPException(404, "There is no such voucher")
    if not customers.add(name):
        raise HTTPException(409, "This name is taken")
    vouchers.redeem(code)
