# exercise: dependency_injection_patterns
"""The error is answered with a response instead of raised, so the dependency commits half.

Fails: an unknown voucher is answered with 404 and leaves nothing behind: the retry gets 201
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import create_engine, orm, text

app = FastAPI(title="dependency_injection_patterns")
engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}")


def get_session():
    with orm.Session(engine) as session, session.begin():
        yield session


SessionDep = Annotated[orm.Session, Depends(get_session, scope="function")]


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
    if not customers.add(name):
        return JSONResponse({"detail": "This name is taken"}, 409)
    if not vouchers.redeem(code):
        return JSONResponse({"detail": "There is no such voucher"}, 404)
