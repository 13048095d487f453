# exercise: request_examples
"""A second example of q shows what is refused, and says so."""

from datetime import date
from typing import Annotated

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI(title="request_examples")
customers = []


class NewCustomer(BaseModel, extra="forbid"):
    name: str = Field(min_length=3, examples=["ada", "bob"])
    email: str = Field(pattern=r"^\S+@\S+$", examples=["ada@home.example"])
    password: str = Field(min_length=12, examples=["correct horse"])
    birthday: date = Field(examples=["1990-12-31"])


ada = {"name": "ada", "email": "ada@home.example", "password": "correct horse"}
bob = {"name": "bob", "email": "bob@home.example", "password": "battery staple"}
registrations = {
    "ada": {"summary": "A customer", "value": ada | {"birthday": "1990-12-31"}},
    "bob": {"summary": "Another one", "value": bob | {"birthday": "2000-02-29"}},
}
names = {
    "ada": {"summary": "A part of a name", "value": "ada"},
    "short": {"summary": "Invalid: too short", "value": "ad"},
}


@app.post("/customers", status_code=201)
async def register(new: Annotated[NewCustomer, Body(openapi_examples=registrations)]) -> str:
    customers.append(new)
    return new.name


@app.get("/customers")
async def search(q: Annotated[str, Query(min_length=3, openapi_examples=names)]) -> list[str]:
    return [customer.name for customer in customers if q in customer.name]
