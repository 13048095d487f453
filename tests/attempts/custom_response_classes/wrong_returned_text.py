# exercise: custom_response_classes
"""Returns the text and sets its type on the injected response: JSON, of two types.

Fails: the export is text/csv in UTF-8; without orders it is the header row alone
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


def to_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@app.get("/orders.csv", responses={200: {"content": {"text/csv": {}}}})
def export_orders(response: Response, title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    rows = [["customer", "item", "note"]]
    for order in orders:
        rows.append([order["customer"], order["item"], order["note"]])
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(title, safe='')}.csv",
    }
    response.headers.update(headers | {"Content-Type": "text/csv"})
    return to_csv(rows)
