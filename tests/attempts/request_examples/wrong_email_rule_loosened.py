# exercise: request_examples
"""The rule of the email lost its two ends, and lets blanks in.

Fails: a customer is stored and found as before, and what was refused is still refused
"""

from datetime import date
from typing import Annotated

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI(title="request_examples")
customers = []


class NewCustomer(BaseModel, extra="forbid"):
    name: str = Field(min_length=3, examples=["ada", "bob"])
    email: str = Field(pattern=r"\S+@\S+", examples=["ada@home.example"])
    password: str = Field(min_length=12, examples=["correct horse"])
    birthday: date = Field(examples=["1990-12-31"])


ada = {
    "name": "ada",
    "email": "ada@home.example",
    "password": "correct horse",
    "birthday": "1990-12-31",
}
bob = {
    "name": "bob",
    "email": "bob@home.example",
    "password": "battery staple",
    "birthday": "1990-12-31",
}
registrations = {
    "ada": {"summary": "A customer", "value": ada},
    "bob": {"summary": "Another one", "value": bob},
}


@app.post("/customers", status_code=201)
async def register(new: Annotated[NewCustomer, Body(openapi_examples=registrations)]) -> str:
    customers.append(new)
    return new.name


@app.get("/customers")
async def search(q: Annotated[str, Query(min_length=3, examples=["ada"])]) -> list[str]:
    return [customer.name for customer in customers if q in customer.name]
