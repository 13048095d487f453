# exercise: custom_response_classes
"""Takes the header row from the first order: without orders there is none.

Fails: the export is text/csv in UTF-8; without orders it is the header row alone
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
    rows = [list(orders[0])] if orders else []
    rows += [list(order.values()) for order in orders]
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(title, safe='')}.csv",
    }
    return CSVResponse(rows, headers=headers)
