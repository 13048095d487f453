# exercise: custom_response_classes
"""The full name is right; the plain one beside it, for old clients, is not.

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
    plain = title.encode("ascii", "ignore").decode()
    name = quote(f"{title}.csv")
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename={plain}.csv; filename*=utf-8''{name}",
    }
    return CSVResponse(rows, headers=headers)
