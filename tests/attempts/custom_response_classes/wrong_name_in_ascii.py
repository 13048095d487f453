# exercise: custom_response_classes
"""Drops every character that is not ASCII, or has a meaning in a header.

Fails: the file is named like the title: with a blank, é, 東京, a semicolon or a percent sign
"""

import csv
import io
import json
import os
import re
from pathlib import Path

from fastapi import FastAPI, Response

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVResponse(Response):
    media_type = "text/csv"

    def render(self, content: list[list[str]]) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows(content)
        return text.getvalue().encode()


@app.get("/orders.csv", response_class=CSVResponse)
def export_orders(title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    rows = [["customer", "item", "note"]]
    for order in orders:
        rows.append([order["customer"], order["item"], order["note"]])
    plain = re.sub(r"[^a-zA-Z0-9 _-]", "", title)
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f'attachment; filename="{plain}.csv"',
    }
    return CSVResponse(rows, headers=headers)
