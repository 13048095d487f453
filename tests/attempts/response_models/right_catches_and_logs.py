# exercise: response_models
"""A middleware answers the crash and logs it; SQL by sqlite3, in one transaction that locks."""

import logging
import os
import sqlite3
from contextlib import closing, contextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException

log = logging.getLogger("uvicorn.error")


class Problem(BaseModel):
    code: str = Field(examples=["name_taken"])
    message: str


class Customer(BaseModel):
    name: str
    email: str


class NewCustomer(Customer):
    iban: str = Field(min_length=15, max_length=34)


problem = {"model": Problem, "description": "An error"}
app = FastAPI(title="response_models", responses={"4XX": problem, "5XX": problem})


class Taken(Exception):
    pass


def problem_response(status, code, message, headers=None):
    return JSONResponse(dict(code=code, message=message), status_code=status, headers=headers)


@app.middleware("http")
async def crashes(request: Request, call_next):
    try:
        return await call_next(request)
    except Exception:
        log.exception("crash")
        return problem_response(500, "crash", "Please try again later")


@app.exception_handler(AnyHTTPException)
def http(request, error):
    return problem_response(error.status_code, "http", str(error.detail), error.headers)


@app.exception_handler(Taken)
def taken(request, error):
    return problem_response(409, "taken", "The name is taken")


@app.exception_handler(RequestValidationError)
def validation(request, error):
    wrong = {str(e["loc"][-1]): e["type"] for e in error.errors()}
    return problem_response(422, "validation", str(wrong))


@contextmanager
def transaction():
    path = os.environ["CUSTOMERS_DB"]
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.rollback()
            raise
        database.commit()


@app.post("/customers", status_code=201)
def register(new: NewCustomer) -> Customer:
    with transaction() as database:
        if database.execute("SELECT 1 FROM customers WHERE name = ?", [new.name]).fetchone():
            raise Taken
        values = (new.name, new.email, new.iban)
        database.execute("INSERT INTO customers VALUES (?, ?, ?)", values)
    return new


@app.get("/customers/{name}")
def read_customer(name: str) -> Customer:
    with transaction() as database:
        query = "SELECT name, email FROM customers WHERE name = ?"
        row = database.execute(query, [name]).fetchone()
    if row is None:
        raise AnyHTTPException(404, "No such customer")
    return Customer(name=row[0], email=row[1])
