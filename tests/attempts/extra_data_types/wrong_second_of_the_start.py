# exercise: extra_data_types
"""Asks for the time once, when the class is made, to the second.

Fails: created_at is the moment of the request, with its offset
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
    created_at: AwareDatetime = datetime.now(UTC).replace(microsecond=0)


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
