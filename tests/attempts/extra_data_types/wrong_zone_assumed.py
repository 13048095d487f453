# exercise: extra_data_types
"""Takes a time without a time zone for UTC, which the customer may not have meant.

Fails: due comes back as the same moment with its offset; no offset, or month 13, gets 422
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

app = FastAPI(title="extra_data_types")


def in_utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class NewInvoice(BaseModel):
    amount: Decimal = Field(ge=0, decimal_places=2)
    due: Annotated[datetime, AfterValidator(in_utc)]
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
