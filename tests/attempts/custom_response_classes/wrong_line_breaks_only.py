# exercise: custom_response_classes
"""Removes line breaks from the title, and encodes only what is not ASCII.

Fails: no title changes the extension, adds a header or breaks the answer
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
    title = title.replace("\r", "").replace("\n", "")
    if title.isascii() and "%" not in title:
        disposition = f'attachment; filename="{title}.csv"'
    else:
        disposition = f"attachment; filename*=utf-8''{quote(title)}.csv"
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": disposition,
    }
    return CSVResponse(rows, headers=headers)
