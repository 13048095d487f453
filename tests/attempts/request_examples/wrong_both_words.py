# exercise: request_examples
"""The list is there, and the old word beside it.

Fails: the document is valid, and nothing in it or in the log is deprecated
"""

from datetime import date
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI(title="request_examples")
customers = []
ADA = {
    "name": "ada",
    "email": "ada@home.example",
    "password": "correct horse",
    "birthday": "1990-12-31",
}
BOB = ADA | {"name": "bob", "email": "bob@home.example", "birthday": "2000-02-29"}


class NewCustomer(BaseModel):
    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"example": ADA, "examples": [ADA, BOB]},
    }

    name: str = Field(min_length=3, examples=["ada", "bob"])
    email: str = Field(pattern=r"^\S+@\S+$", examples=["ada@home.example"])
    password: str = Field(min_length=12, examples=["correct horse"])
    birthday: date = Field(examples=["1990-12-31"])


names = {"ada": {"summary": "A part of a name", "value": "ada"}}


@app.post("/customers", status_code=201)
async def register(new: NewCustomer) -> str:
    customers.append(new)
    return new.name


@app.get("/customers")
async def search(q: Annotated[str, Query(min_length=3, openapi_examples=names)]) -> list[str]:
    return [customer.name for customer in customers if q in customer.name]
