# exercise: first_repair
"""The code is right, but nothing is validated any more.

Fails: an order without a quantity is refused with 422
"""

from fastapi import FastAPI

app = FastAPI(title="first_repair")


@app.post("/orders", status_code=201)
async def create_order(order: dict):
    return order
