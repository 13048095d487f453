# exercise: first_repair
"""The same code under its name."""

from fastapi import FastAPI, status
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders", status_code=status.HTTP_201_CREATED)
async def create_order(order: Order):
    return order
