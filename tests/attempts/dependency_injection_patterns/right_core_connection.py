# exercise: dependency_injection_patterns
"""No session at all: engine.begin() in the endpoint commits at its end, and the voucher comes first."""

import os

from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, exc, text

app = FastAPI(title="dependency_injection_patterns")
engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}")


@app.post("/customers/{name}", status_code=201)
def register(name: str, code: str):
    use = text("UPDATE vouchers SET uses = uses - 1 WHERE code = :code")
    add = text("INSERT INTO customers VALUES (:name)")
    try:
        with engine.begin() as connection:
            if connection.execute(use, {"code": code}).rowcount == 0:
                raise HTTPException(404, "There is no such voucher")
            connection.execute(add, {"name": name})
    except exc.IntegrityError:
        raise HTTPException(409, "The name is taken or the voucher used up") from None
