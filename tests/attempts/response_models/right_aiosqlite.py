# exercise: response_models
"""Without SQLAlchemy: aiosqlite, and the code of the constraint that is meant."""

import os
import sqlite3
from http import HTTPStatus

import aiosqlite
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException


class Customer(BaseModel):
    name: str
    email: str


class NewCustomer(Customer):
    iban: str = Field(min_length=15, max_length=34)


class Error(BaseModel):
    code: str
    message: str


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


@app.exception_handler(Exception)
async def crashed(request, error):
    return refusal(500, "internal_error", "Something went wrong in the shop")


async def rows(sql: str, **values: str) -> list[dict]:
    async with aiosqlite.connect(os.environ["CUSTOMERS_DB"]) as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in await database.execute_fetchall(sql, values)]
        await database.commit()
        return found


@app.post("/customers", status_code=201)
async def register(new: NewCustomer) -> Customer:
    insert = "INSERT INTO customers VALUES (:name, :email, :iban) RETURNING *"
    try:
        return Customer(**(await rows(insert, **new.model_dump()))[0])
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
            raise
        raise HTTPException(409, f"The name {new.name} is taken") from None


@app.get("/customers/{name}")
async def read_customer(name: str) -> Customer:
    if found := await rows("SELECT * FROM customers WHERE name = :name", name=name):
        return Customer(**found[0])
    raise HTTPException(404, "No customer has this name")
