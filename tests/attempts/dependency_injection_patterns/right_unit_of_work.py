# exercise: dependency_injection_patterns
"""A unit of work owns the session and makes both repositories; leaving its block commits."""

import os
from typing import Annotated, Self

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, exc, text
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI(title="dependency_injection_patterns")
new_session = sessionmaker(create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}"))


class Repository:
    def __init__(self, session: Session):
        self.session = session

    def save(self, sql: str, **values: str) -> bool:
        return self.session.execute(text(sql), values).rowcount == 1


class Customers(Repository):
    def add(self, name: str) -> bool:
        return self.save("INSERT OR IGNORE INTO customers VALUES (:name)", name=name)


class Vouchers(Repository):
    def redeem(self, code: str) -> bool:
        return self.save("UPDATE vouchers SET uses = uses - 1 WHERE code = :code", code=code)


class UnitOfWork:
    def __enter__(self) -> Self:
        self.session = new_session()
        self.customers = Customers(self.session)
        self.vouchers = Vouchers(self.session)
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                self.session.commit()
        finally:
            self.session.close()


@app.post("/customers/{name}", status_code=201)
def register(name: str, code: str, work: Annotated[UnitOfWork, Depends()]):
    try:
        with work:
            if not work.customers.add(name):
                raise HTTPException(409, "This name is taken")
            if not work.vouchers.redeem(code):
                raise HTTPException(404, "There is no such voucher")
    except exc.IntegrityError:
        raise HTTPException(409, "This voucher is used up") from None
