# exercise: first_repair
"""The decorator names the status code."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders", status_code=201)
async def create_order(order: Order):
    return order
