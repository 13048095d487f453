# exercise: first_repair
"""202 says that the order will be looked at, not that it was created.

Fails: a valid order is answered 201 Created
"""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders", status_code=202)
async def create_order(order: Order):
    return order
