# exercise: custom_response_classes
"""A class of StreamingResponse, whose rows are written one by one."""

import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVStream(StreamingResponse):
    media_type = "text/csv"


def lines(orders):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in [("customer", "item", "note"), *(order.values() for order in orders)]:
        writer.writerow(row)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


@app.get("/orders.csv", response_class=CSVStream)
def export_orders(title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    name = quote(title, safe="")
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename=orders.csv; filename*=utf-8''{name}.csv",
    }
    return CSVStream(lines(orders), headers=headers)
