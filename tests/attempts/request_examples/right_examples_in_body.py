# exercise: request_examples
"""A plain list of examples at the body, and one beside the parameter."""

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


ADA = {
    "name": "ada",
    "email": "ada@home.example",
    "password": "correct horse",
    "birthday": "1990-12-31",
}
BOB = ADA | {"name": "bob", "email": "bob@home.example", "birthday": "2000-02-29"}


@app.post("/customers", status_code=201)
async def register(new: Annotated[NewCustomer, Body(examples=[ADA, BOB])]) -> str:
    customers.append(new)
    return new.name


@app.get("/customers")
async def search(q: Annotated[str, Query(min_length=3, examples=["ada", "bob"])]) -> list[str]:
    return [customer.name for customer in customers if q in customer.name]
