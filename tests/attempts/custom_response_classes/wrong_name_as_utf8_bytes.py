# exercise: custom_response_classes
"""Sends the bytes of UTF-8 in the plain parameter; a client reads them as Latin-1.

Fails: the file is named like the title: with a blank, é, 東京, a semicolon or a percent sign
"""

import csv
import io
import json
import os
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
    safe = "".join(c for c in title if c.isprintable() and c not in '"\\')
    name = safe.encode().decode("latin-1")
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f'attachment; filename="{name}.csv"',
    }
    return CSVResponse(rows, headers=headers)
