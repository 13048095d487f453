# exercise: first_repair
"""The code is right, the order is missing.

Fails: the answer carries the order that was sent
"""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders", status_code=201)
async def create_order(order: Order):
    return None
