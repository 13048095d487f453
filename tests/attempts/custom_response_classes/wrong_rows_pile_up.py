# exercise: custom_response_classes
"""The rows of each export are added to the constant with the header row.

Fails: a CSV reader gets every cell back: commas, quotes, line breaks, blanks, any script
"""

import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Response

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVResponse(Response):
    media_type = "text/csv"

    def render(self, content):
        text = io.StringIO()
        csv.writer(text).writerows(content)
        return text.getvalue().encode()


HEADER = [["customer", "item", "note"]]


@app.get("/orders.csv", response_class=CSVResponse)
def export_orders(title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    rows = HEADER
    for order in orders:
        rows.append([order["customer"], order["item"], order["note"]])
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(title, safe='')}.csv",
    }
    return CSVResponse(rows, headers=headers)
