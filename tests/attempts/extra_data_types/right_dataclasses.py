# exercise: extra_data_types
"""Dataclasses of the standard library, with Pydantic's types."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AwareDatetime, Field

app = FastAPI(title="extra_data_types")


@dataclass
class NewInvoice:
    amount: Annotated[Decimal, Field(ge=0, decimal_places=2)]
    due: AwareDatetime
    period: timedelta


@dataclass
class Invoice(NewInvoice):
    id: UUID = field(default_factory=uuid4)
    created_at: AwareDatetime = field(default_factory=lambda: datetime.now(UTC))


invoices: dict[UUID, Invoice] = {}


@app.post("/invoices", status_code=201)
def create_invoice(new: NewInvoice) -> Invoice:
    invoice = Invoice(new.amount, new.due, new.period)
    invoices[invoice.id] = invoice
    return invoice


@app.get("/invoices/{id}")
def read_invoice(id: UUID) -> Invoice:
    if id not in invoices:
        raise HTTPException(404, "No such invoice")
    return invoices[id]
