# exercise: first_repair
"""The code stands in the body; the status line still says 200.

Fails: a valid order is answered 201 Created
Fails: the answer carries the order that was sent
"""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders")
async def create_order(order: Order):
    return {"status": 201}
