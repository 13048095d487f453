# exercise: custom_response_classes
"""The e-mail package of the standard library writes the header."""

import csv
import io
import json
import os
from email.message import Message
from pathlib import Path

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
    message = Message()
    message.add_header("Content-Disposition", "attachment", filename=("utf-8", "", title + ".csv"))
    return message["Content-Disposition"]


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
