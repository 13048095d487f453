# exercise: custom_response_classes
"""A generator endpoint; a dependency sets the headers, which is early enough."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Response
from fastapi.responses import StreamingResponse

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVStream(StreamingResponse):
    media_type = "text/csv"


def load(response: Response, title: str = "orders") -> list[dict]:
    orders = json.loads(ORDERS.read_text())
    response.headers["X-Total-Count"] = str(len(orders))
    name = quote(f"{title}.csv")
    response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{name}"
    return orders


@app.get("/orders.csv", response_class=CSVStream)
def export_orders(orders: Annotated[list[dict], Depends(load)]):
    for row in [["customer", "item", "note"], *(list(order.values()) for order in orders)]:
        text = io.StringIO()
        csv.writer(text).writerow(row)
        yield text.getvalue()
