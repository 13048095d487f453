# exercise: dependency_injection_patterns
"""One commit for both, but after `yield`: it comes after the answer.

Fails: no registration is confirmed before it is stored
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
        session.commit()


SessionDep = Annotated[orm.Session, Depends(get_session)]


class Repository:
    def __init__(self, session: SessionDep):
        self.session = session

    def save(self, sql: str, **values: str) -> bool:
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
def register(name: str, code: str, customers: CustomersDep, vouchers: VouchersDep):
    try:
        if not customers.add(name):
            raise HTTPException(409, "This name is taken")
        if not vouchers.redeem(code):
            raise HTTPException(404, "There is no such voucher")
    except exc.IntegrityError:
        raise HTTPException(409, "This voucher is used up") from None
