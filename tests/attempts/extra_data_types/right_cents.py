# exercise: extra_data_types
"""Counts whole cents inside, and writes them out as text."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

app = FastAPI(title="extra_data_types")

Money = TypeAdapter(Annotated[Decimal, Field(ge=0, decimal_places=2)])


class NewInvoice(BaseModel):
    amount: Decimal = Field(ge=0, decimal_places=2)
    due: AwareDatetime
    period: timedelta


class Invoice(NewInvoice):
    id: UUID = Field(default_factory=uuid4)
    created_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))


invoices: dict[UUID, tuple[int, Invoice]] = {}


@app.post("/invoices", status_code=201)
def create_invoice(new: NewInvoice) -> Invoice:
    invoice = Invoice(**new.model_dump())
    invoices[invoice.id] = int(new.amount * 100), invoice
    return read_invoice(invoice.id)


@app.get("/invoices/{id}")
def read_invoice(id: UUID) -> Invoice:
    if id not in invoices:
        raise HTTPException(404, "No such invoice")
    cents, invoice = invoices[id]
    amount = Money.validate_python(f"{cents // 100}.{cents % 100:02}")
    return invoice.model_copy(update={"amount": amount})
