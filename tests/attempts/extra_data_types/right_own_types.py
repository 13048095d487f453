# exercise: extra_data_types
"""Types of the shop's own, which judge and write themselves, whoever asks for it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AfterValidator, BaseModel, Field, PlainSerializer

app = FastAPI(title="extra_data_types")


def check_money(value: Decimal) -> Decimal:
    if value < 0 or value != round(value, 2):
        raise ValueError("an amount has at most two decimals and is not below zero")
    return value


def check_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("tell the time zone")
    return value


Money = Annotated[Decimal, AfterValidator(check_money), PlainSerializer(str)]
Moment = Annotated[datetime, AfterValidator(check_zone), PlainSerializer(datetime.isoformat)]
Period = Annotated[timedelta, PlainSerializer(lambda value: f"PT{value.total_seconds():.0f}S")]


class NewInvoice(BaseModel):
    amount: Money
    due: Moment
    period: Period


class Invoice(NewInvoice):
    id: UUID = Field(default_factory=uuid4)
    created_at: Moment = Field(default_factory=lambda: datetime.now(UTC))


invoices: dict[UUID, Invoice] = {}


@app.post("/invoices", status_code=201)
def create_invoice(new: NewInvoice):
    invoice = Invoice(**new.model_dump())
    invoices[invoice.id] = invoice
    return invoice.model_dump()


@app.get("/invoices/{id}")
def read_invoice(id: UUID):
    if id not in invoices:
        raise HTTPException(404, "No such invoice")
    return invoices[id].model_dump()
