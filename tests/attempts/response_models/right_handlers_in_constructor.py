# exercise: response_models
"""All handlers are given to FastAPI, one of them for IntegrityError itself."""

import os

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
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


def send(status, code, message, headers=None):
    return JSONResponse({"code": code, "message": message}, status, headers)


def http(request, error):
    return send(error.status_code, "http", str(error.detail), error.headers)


def taken(request, error):
    return send(409, "name_taken", "Somebody has this name already")


def invalid(request, error):
    places = [".".join(map(str, found["loc"])) for found in error.errors()]
    return send(422, "invalid", f"Please look at {', '.join(places)}")


def crash(request, error):
    return send(500, "crash", "This is our fault, not yours")


engine = create_engine(f"sqlite:///{os.environ['CUSTOMERS_DB']}", hide_parameters=True)
app = FastAPI(
    title="response_models",
    exception_handlers={
        HTTPException: http,
        IntegrityError: taken,
        RequestValidationError: invalid,
        Exception: crash,
    },
)
taken_or_invalid = {409: {"model": Error}, 422: {"model": Error}}


@app.post("/customers", status_code=201, response_model=Customer, responses=taken_or_invalid)
def register(new: NewCustomer):
    insert = text("INSERT INTO customers VALUES (:name, :email, :iban)")
    with engine.begin() as database:
        database.execute(insert, new.model_dump())
    return new


@app.get("/customers/{name}", response_model=Customer, responses={404: {"model": Error}})
def read_customer(name: str):
    query = text("SELECT name, email FROM customers WHERE name = :name")
    with engine.connect() as database:
        row = database.execute(query, {"name": name}).first()
    if row is None:
        raise HTTPException(404, "No customer has this name")
    return row
