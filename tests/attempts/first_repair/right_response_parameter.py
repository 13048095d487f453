# exercise: first_repair
"""The endpoint sets the code on the response."""

from fastapi import FastAPI, Response
from pydantic import BaseModel

app = FastAPI(title="first_repair")


class Order(BaseModel):
    item: str
    quantity: int


@app.post("/orders")
async def create_order(order: Order, response: Response):
    response.status_code = 201
    return order
