# exercise: async_database
"""No SQLAlchemy at all: the standard sqlite3 module in a plain def endpoint."""

import os
import sqlite3
from contextlib import closing

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="async_database")


class OrderData(BaseModel):
    ref: str
    qty: int


@app.post("/orders", status_code=201, response_model=OrderData)
def create_order(data: OrderData):
    with closing(sqlite3.connect(os.environ["DB_PATH"])) as database, database:
        try:
            database.execute("INSERT INTO orders (ref, qty) VALUES (?, ?)", (data.ref, data.qty))
        except sqlite3.IntegrityError:
            raise HTTPException(409, "This ref is taken") from None
    return data


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}
