# exercise: first_repair
"""The endpoint builds the whole response."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders")
async def create_order(order: Order):
    return JSONResponse(order.model_dump(), status_code=201)
