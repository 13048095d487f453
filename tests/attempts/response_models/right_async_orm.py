# exercise: response_models
"""An ORM class under an async engine; the response model reads its attributes."""

import os
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, exceptions, responses, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.exceptions import HTTPException


class Base(DeclarativeBase):
    pass


class CustomerRow(Base):
    __tablename__ = "customers"
    name: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    iban: Mapped[str]


class CustomerOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
    email: str


class CustomerIn(BaseModel):
    name: str
    email: str
    iban: Annotated[str, Field(min_length=15, max_length=34)]


class ErrorOut(BaseModel):
    code: str
    message: str


class Error(HTTPException):
    def __init__(self, status: int, code: str, message: str):
        super().__init__(status, message)
        self.code = code


engine = create_async_engine(
    f"sqlite+aiosqlite:///{os.environ['CUSTOMERS_DB']}", hide_parameters=True
)


async def get_session():
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
router = APIRouter(prefix="/customers", responses={422: {"model": ErrorOut}})


@router.post(
    "", status_code=status.HTTP_201_CREATED, response_model=CustomerOut,
    responses={409: {"model": ErrorOut}},
)
async def create(body: CustomerIn, session: Session) -> Any:
    row = CustomerRow(**body.model_dump())
    session.add(row)
    try:
        await session.commit()
    except exc.IntegrityError as error:
        raise Error(409, "customer.name.taken", "The name is taken.") from error
    return row


@router.get("/{name}", response_model=CustomerOut, responses={404: {"model": ErrorOut}})
async def read(name: str, session: Session) -> Any:
    row = await session.get(CustomerRow, name)
    if row is None:
        raise Error(404, "customer.unknown", "There is no such customer.")
    return row


async def on_error(request: Request, error: Exception):
    headers, code, message = None, "internal", "Internal Server Error"
    number = 500
    if isinstance(error, exceptions.RequestValidationError):
        number, code = 422, "validation"
        message = " / ".join(f"{e['loc']} {e['msg']}" for e in error.errors())
    elif isinstance(error, HTTPException):
        number, message, headers = error.status_code, error.detail, error.headers
        code = getattr(error, "code", "http.error")
    body = ErrorOut(code=code, message=message).model_dump()
    return responses.JSONResponse(body, number, headers=headers)


app = FastAPI(title="response_models")
app.include_router(router)
for kind in (exceptions.RequestValidationError, HTTPException, Exception):
    app.add_exception_handler(kind, on_error)
