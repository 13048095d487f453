# exercise: custom_response_classes
"""No class at all: a plain Response, and its type written into the documentation."""

import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Response

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


@app.get("/orders.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def export_orders(title: str = "orders") -> Response:
    orders = json.loads(ORDERS.read_text())
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=["customer", "item", "note"])
    writer.writeheader()
    writer.writerows(orders)
    response = Response(text.getvalue(), media_type="text/csv")
    response.headers["X-Total-Count"] = str(len(orders))
    response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(title)}.csv"
    return response
