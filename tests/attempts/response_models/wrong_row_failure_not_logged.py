# exercise: response_models
"""A row that does not fit has a handler of its own, and such a handler keeps the log silent.

Fails: a crash is a 500 in the same shape that tells nothing of the inside; the log tells it
"""

import os
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException


class Customer(BaseModel):
    name: str
    email: str


class NewCustomer(Customer):
    iban: str = Field(min_length=15, max_length=34)


class Error(BaseModel):
    code: str
    message: str


engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}", hide_parameters=True)
errors = {status: {"model": Error} for status in (404, 409, 422)}
app = FastAPI(title="response_models", responses=errors)


def refusal(status: int, code: str, message: str, headers=None) -> JSONResponse:
    return JSONResponse(Error(code=code, message=message).model_dump(), status, headers)


@app.exception_handler(HTTPException)
async def refused(request, error):
    code = HTTPStatus(error.status_code).name.lower()
    return refusal(error.status_code, code, error.detail, error.headers)


@app.exception_handler(RequestValidationError)
async def invalid(request, error):
    wrong = [f"{found['loc'][-1]}: {found['msg']}" for found in error.errors()]
    return refusal(422, "invalid", "; ".join(wrong))


@app.exception_handler(ResponseValidationError)
@app.exception_handler(Exception)
async def crashed(request, error):
    return refusal(500, "internal_error", "Something went wrong in the shop")


def rows(sql: str, **values: str) -> list[dict]:
    with engine.begin() as database:
        return [dict(row) for row in database.execute(text(sql), values).mappings()]


@app.post("/customers", status_code=201)
def register(new: NewCustomer) -> Customer:
    insert = "INSERT INTO customers VALUES (:name, :email, :iban) RETURNING *"
    try:
        return Customer(**rows(insert, **new.model_dump())[0])
    except IntegrityError:
        raise HTTPException(409, f"The name {new.name} is taken") from None


@app.get("/customers/{name}", response_model=Customer)
def read_customer(name: str):
    if found := rows("SELECT * FROM customers WHERE name = :name", name=name):
        return found[0]
    raise HTTPException(404, "No customer has this name")
