# exercise: first_repair
"""An exception is not a success, whatever its code.

Fails: the answer carries the order that was sent
"""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders")
async def create_order(order: Order):
    raise HTTPException(status_code=201)
