# exercise: custom_response_classes
"""Refuses every title that is not made of ASCII letters: safe, and of no use in Tokyo.

Fails: the file is named like the title: with a blank, é, 東京, a semicolon or a percent sign
"""

import csv
import io
import json
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Query, Response

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVResponse(Response):
    media_type = "text/csv"

    def render(self, content: list[list[str]]) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows(content)
        return text.getvalue().encode()


@app.get("/orders.csv", response_class=CSVResponse)
def export_orders(title: Annotated[str, Query(pattern="^[a-zA-Z0-9 ]+$")] = "orders"):
    orders = json.loads(ORDERS.read_text())
    rows = [["customer", "item", "note"]]
    for order in orders:
        rows.append([order["customer"], order["item"], order["note"]])
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(title, safe='')}.csv",
    }
    return CSVResponse(rows, headers=headers)
