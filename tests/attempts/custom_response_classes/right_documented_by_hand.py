# exercise: custom_response_classes
"""The document is corrected by a function in the place of app.openapi."""

import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Response

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


@app.get("/orders.csv")
def export_orders(title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["customer", "item", "note"])
    writer.writerows(order.values() for order in orders)
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(title, safe='')}.csv",
    }
    return Response(text.getvalue(), media_type="text/csv; charset=UTF-8", headers=headers)


make = app.openapi


def openapi():
    schema = make()
    answer = schema["paths"]["/orders.csv"]["get"]["responses"]["200"]
    answer["content"] = {"text/csv; charset=utf-8": {"schema": {"type": "string"}}}
    return schema


app.openapi = openapi
