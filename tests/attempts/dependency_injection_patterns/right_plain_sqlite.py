# exercise: dependency_injection_patterns
"""No SQLAlchemy: both repositories share one connection, whose block is the transaction."""

import os
import sqlite3
from contextlib import closing
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException

app = FastAPI(title="dependency_injection_patterns")


def get_database():
    with closing(sqlite3.connect(os.environ["CUSTOMERS_DB"], check_same_thread=False)) as database:
        yield database


Database = Annotated[sqlite3.Connection, Depends(get_database)]


class Customers:
    def __init__(self, database: Database):
        self.database = database

    def add(self, name: str) -> bool:
        sql = "INSERT OR IGNORE INTO customers VALUES (?)"
        return self.database.execute(sql, [name]).rowcount == 1


class Vouchers:
    def __init__(self, database: Database):
        self.database = database

    def redeem(self, code: str) -> bool:
        sql = "UPDATE vouchers SET uses = uses - 1 WHERE code = ? AND uses > 0"
        return self.database.execute(sql, [code]).rowcount == 1

    def known(self, code: str) -> bool:
        sql = "SELECT 1 FROM vouchers WHERE code = ?"
        return self.database.execute(sql, [code]).fetchone() is not None


@app.post("/customers/{name}", status_code=201)
def register(
    name: str,
    code: str,
    database: Database,
    customers: Annotated[Customers, Depends()],
    vouchers: Annotated[Vouchers, Depends()],
):
    with database:
        if not customers.add(name):
            raise HTTPException(409, "This name is taken")
        if not vouchers.known(code):
            raise HTTPException(404, "There is no such voucher")
        if not vouchers.redeem(code):
            raise HTTPException(409, "This voucher is used up")
