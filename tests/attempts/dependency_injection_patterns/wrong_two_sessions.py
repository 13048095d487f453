# exercise: dependency_injection_patterns
"""`use_cache=False` gives each repository a session of its own: two transactions, and two commits.

Fails: a taken name and a used-up voucher are refused, and change nothing
Fails: a registration is one transaction: no other program ever sees half of it
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI(title="dependency_injection_patterns")
engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}")


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    name: Mapped[str] = mapped_column(primary_key=True)


class Voucher(Base):
    __tablename__ = "vouchers"
    code: Mapped[str] = mapped_column(primary_key=True)
    uses: Mapped[int]


def get_session():
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session, use_cache=False)]


class Customers:
    def __init__(self, session: SessionDep):
        self.session = session

    def add(self, name: str) -> None:
        self.session.add(Customer(name=name))


class Vouchers:
    def __init__(self, session: SessionDep):
        self.session = session

    def redeem(self, code: str) -> bool:
        voucher = self.session.get(Voucher, code)
        if voucher is not None:
            voucher.uses = Voucher.uses - 1
        return voucher is not None


@app.post("/customers/{name}", status_code=201)
def register(
    name: str,
    code: str,
    customers: Annotated[Customers, Depends()],
    vouchers: Annotated[Vouchers, Depends()],
):
    customers.add(name)
    try:
        if not vouchers.redeem(code):
            raise HTTPException(404, "There is no such voucher")
        customers.session.commit()
        vouchers.session.commit()
    except IntegrityError:
        raise HTTPException(409, "The name is taken or the voucher used up") from None
