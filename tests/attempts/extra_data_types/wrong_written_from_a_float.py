# exercise: extra_data_types
"""Writes two decimals, and goes by way of a float.

Fails: an amount comes back as text, with the very digits that were sent
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AwareDatetime, BaseModel, Field, field_serializer

app = FastAPI(title="extra_data_types")


class NewInvoice(BaseModel):
    amount: Decimal = Field(ge=0, decimal_places=2)
    due: AwareDatetime
    period: timedelta


class Invoice(NewInvoice):
    id: UUID = Field(default_factory=uuid4)
    created_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    @field_serializer("amount")
    def two_decimals(self, value: Decimal) -> str:
        return f"{float(value):.2f}"


invoices: dict[UUID, Invoice] = {}


@app.post("/invoices", status_code=201)
def create_invoice(new: NewInvoice) -> Invoice:
    invoice = Invoice(**new.model_dump())
    invoices[invoice.id] = invoice
    return invoice


@app.get("/invoices/{id}")
def read_invoice(id: UUID) -> Invoice:
    if id not in invoices:
        raise HTTPException(404, "No such invoice")
    return invoices[id]
