# exercise: extra_data_types
"""Judges amounts by hand, and forgets that one may be infinite.

Fails: an amount with a third decimal, below zero, infinite or NaN gets 422
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

app = FastAPI(title="extra_data_types")


def ok(v):
    if v.is_nan() or v < 0 or (v.is_finite() and v != round(v, 2)):
        raise ValueError("no")
    return v


class NewInvoice(BaseModel):
    amount: Annotated[Decimal, Field(allow_inf_nan=True), AfterValidator(ok)]
    due: AwareDatetime
    period: timedelta


class Invoice(NewInvoice):
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
