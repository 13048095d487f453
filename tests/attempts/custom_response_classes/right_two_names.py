# exercise: custom_response_classes
"""A plain name for old clients, and the full one beside it."""

import csv
import io
import json
import os
import re
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


def dispo(title):
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", title)
    return (
        f"attachment; filename=\"{plain}.csv\"; filename*=UTF-8''{quote(title + '.csv', safe='')}"
    )


@app.get("/orders.csv", response_class=CSVResponse)
def export_orders(title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    rows = [["customer", "item", "note"]]
    for order in orders:
        rows.append([order["customer"], order["item"], order["note"]])
    headers = {
        "X-Total-Count": str(len(orders)),
        "Content-Disposition": dispo(title),
    }
    return CSVResponse(rows, headers=headers)
