# exercise: custom_response_classes
"""Quotes the cells that hold a comma, as the bug report said, and no others.

Fails: a CSV reader gets every cell back: commas, quotes, line breaks, blanks, any script
"""

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
        rows = [[f'"{cell}"' if "," in cell else cell for cell in row] for row in content]
        return "".join(",".join(row) + "\r\n" for row in rows).encode()


@app.get("/orders.csv", response_class=CSVResponse)
def export_orders(title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    rows = [["customer", "item", "note"]]
    for order in orders:
        rows.append([order["customer"], order["item"], order["note"]])
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(title, safe='')}.csv",
    }
    return CSVResponse(rows, headers=headers)
