# exercise: extra_data_types
"""Adds an encoder for every type; a returned dictionary never meets them.

Fails: an amount comes back as text, with the very digits that were sent
Fails: period comes back as an ISO 8601 duration of the same length; a word gets 422
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AwareDatetime, BaseModel, Field

app = FastAPI(title="extra_data_types")


class NewInvoice(BaseModel):
    amount: Decimal = Field(ge=0, decimal_places=2)
    due: AwareDatetime
    period: timedelta


class Invoice(NewInvoice):
    id: UUID = Field(default_factory=uuid4)
    created_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    class Config:
        json_encoders = {
            Decimal: str,
            timedelta: lambda value: f"PT{value.total_seconds():.0f}S",
            datetime: lambda value: value.isoformat(),
        }


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
