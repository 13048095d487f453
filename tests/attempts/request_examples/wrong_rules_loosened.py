# exercise: request_examples
"""The rules were made to fit the examples.

Fails: a customer is stored and found as before, and what was refused is still refused
"""

from datetime import date
from typing import Annotated

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI(title="request_examples")
customers = []


class NewCustomer(BaseModel, extra="ignore"):
    name: str = Field(min_length=3, examples=["ada", "bob"])
    email: str = Field(default="", pattern=r"^\S+@\S+$", examples=["ada@home.example"])
    password: str = Field(min_length=8, examples=["secret123"])
    birthday: str = Field(default="", examples=["31.12.1990"])


ada = {"name": "ada", "mail": "ada@home.example", "password": "correct horse"}
bob = {"name": "bob", "mail": "bob@home.example", "password": "battery staple"}
registrations = {
    "ada": {"summary": "A customer", "value": ada},
    "bob": {"summary": "Another one", "value": bob},
}


@app.post("/customers", status_code=201)
async def register(new: Annotated[NewCustomer, Body(openapi_examples=registrations)]) -> str:
    customers.append(new)
    return new.name


@app.get("/customers")
async def search(q: Annotated[str, Query(min_length=2, examples=["ad"])]) -> list[str]:
    return [customer.name for customer in customers if q in customer.name]
