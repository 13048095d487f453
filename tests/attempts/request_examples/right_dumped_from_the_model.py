# exercise: request_examples
"""The examples are made by the model itself, so they cannot be wrong."""

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


ada = NewCustomer(
    name="ada", email="ada@home.example", password="correct horse", birthday=date(1990, 12, 31)
)
bob = ada.model_copy(update={"name": "bob", "birthday": date(2000, 2, 29)})
registrations = {
    customer.name: {"summary": customer.name.title(), "value": customer.model_dump(mode="json")}
    for customer in (ada, bob)
}
names = {"ada": {"summary": "A part of a name", "value": "ada"}}


@app.post("/customers", status_code=201)
async def register(new: Annotated[NewCustomer, Body(openapi_examples=registrations)]) -> str:
    customers.append(new)
    return new.name


@app.get("/customers")
async def search(q: Annotated[str, Query(min_length=3, openapi_examples=names)]) -> list[str]:
    return [customer.name for customer in customers if q in customer.name]
