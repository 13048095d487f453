# exercise: extra_data_types
"""Every value is made a text by hand."""

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


def show(invoice: Invoice) -> dict:
    days, seconds = invoice.period.days, invoice.period.seconds
    return {
        "id": str(invoice.id),
        "amount": str(invoice.amount),
        "due": invoice.due.isoformat(),
        "created_at": invoice.created_at.isoformat(),
        "period": f"P{days}DT{seconds // 3600}H{seconds % 3600 // 60}M{seconds % 60}S",
    }


invoices: dict[UUID, Invoice] = {}


@app.post("/invoices", status_code=201)
def create_invoice(new: NewInvoice):
    invoice = Invoice(**new.model_dump())
    invoices[invoice.id] = invoice
    return show(invoice)


@app.get("/invoices/{id}")
def read_invoice(id: UUID):
    if id not in invoices:
        raise HTTPException(404, "No such invoice")
    return show(invoices[id])
