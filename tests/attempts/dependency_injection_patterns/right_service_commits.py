# exercise: dependency_injection_patterns
"""A service gets both repositories and the session, and is the one who commits."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
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
        return self.session.execute(text(sql), values).rowcount == 1


class Customers(Repository):
    def add(self, name: str) -> bool:
        return self.save("INSERT OR IGNORE INTO customers VALUES (:name)", name=name)


class Vouchers(Repository):
    def redeem(self, code: str) -> bool:
        return self.save("UPDATE vouchers SET uses = uses - 1 WHERE code = :code", code=code)


CustomersDep = Annotated[Customers, Depends()]
VouchersDep = Annotated[Vouchers, Depends()]


class Taken(Exception):
    """The name or the voucher has been taken by somebody else."""


class NoSuchVoucher(Exception):
    """Nobody has ever given out this voucher."""


class Registration:
    def __init__(self, session: SessionDep, customers: CustomersDep, vouchers: VouchersDep):
        self.session = session
        self.customers = customers
        self.vouchers = vouchers

    def register(self, name: str, code: str) -> None:
        try:
            if not self.customers.add(name):
                raise Taken
            if not self.vouchers.redeem(code):
                raise NoSuchVoucher
            self.session.commit()
        except exc.IntegrityError:
            raise Taken from None


@app.exception_handler(Taken)
def say_taken(request: Request, error: Taken) -> JSONResponse:
    return JSONResponse({"detail": "This name or voucher is taken"}, 409)


@app.exception_handler(NoSuchVoucher)
def say_unknown(request: Request, error: NoSuchVoucher) -> JSONResponse:
    return JSONResponse({"detail": "There is no such voucher"}, 404)


@app.post("/customers/{name}", status_code=201)
def register(name: str, code: str, registration: Annotated[Registration, Depends()]):
    registration.register(name, code)
