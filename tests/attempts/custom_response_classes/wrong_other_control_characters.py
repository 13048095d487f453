# exercise: custom_response_classes
"""The plain name drops line breaks and keeps all other control characters.

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

    def render(self, content):
        text = io.StringIO()
        csv.writer(text).writerows(content)
        return text.getvalue().encode()


def dispo(title):
    plain = (
        title.encode("ascii", "ignore")
        .decode()
        .replace('"', "")
        .replace("\\", "")
        .replace("\r", "")
        .replace("\n", "")
    )
    return f"attachment; filename=\"{plain}.csv\"; filename*=utf-8''{quote(title, safe='')}.csv"


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
