# exercise: extra_data_types
"""Writes years, months and minutes of a duration, too, also where they are zero."""

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
    @field_serializer("period")
    def iso(self, v: timedelta) -> str:
        m, s = divmod(v.seconds, 60)
        h, m = divmod(m, 60)
        return f"P0Y0M{v.days:02d}DT{h:02d}H{m:02d}M{s:02d}S"

    id: UUID = Field(default_factory=uuid4)
    created_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))


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
