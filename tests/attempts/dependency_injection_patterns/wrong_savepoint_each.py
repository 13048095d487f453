# exercise: dependency_injection_patterns
"""A savepoint for each statement: SQLite's driver has begun nothing before it, so its end commits.

Fails: an unknown voucher is answered with 404 and leaves nothing behind: the retry gets 201
Fails: a taken name and a used-up voucher are refused, and change nothing
Fails: a registration is one transaction: no other program ever sees half of it
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, exc, orm, text

app = FastAPI(title="dependency_injection_patterns")
engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}")


def get_session():
    with orm.Session(engine) as session:
        yield session


SessionDep = Annotated[orm.Session, Depends(get_session)]


class Repository:
    def __init__(self, session: SessionDep):
        self.session = session

    def save(self, sql: str, **values: str) -> bool:
        with self.session.begin_nested():
            return self.session.execute(text(sql), values).rowcount == 1


class Customers(Repository):
    def add(self, name: str) -> bool:
        return self.save("INSERT OR IGNORE INTO customers VALUES (:name)", name=name)


class Vouchers(Repository):
    def redeem(self, code: str) -> bool:
        return self.save("UPDATE vouchers SET uses = uses - 1 WHERE code = :code", code=code)


CustomersDep = Annotated[Customers, Depends()]
VouchersDep = Annotated[Vouchers, Depends()]


@app.post("/customers/{name}", status_code=201)
def register(
    name: str,
    code: str,
    customers: CustomersDep,
    vouchers: VouchersDep,
    session: SessionDep,
):
    try:
        if not customers.add(name):
            raise HTTPException(409, "This name is taken")
        if not vouchers.redeem(code):
            raise HTTPException(404, "There is no such voucher")
        session.commit()
    except exc.IntegrityError:
        raise HTTPException(409, "This voucher is used up") from None
