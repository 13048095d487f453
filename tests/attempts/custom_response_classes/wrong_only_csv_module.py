# exercise: custom_response_classes
"""Writes the rows with the csv module, and leaves all else as it was.

Fails: X-Total-Count tells how many orders the export holds
Fails: the file is named like the title: with a blank, é, 東京, a semicolon or a percent sign
Fails: no title changes the extension, adds a header or breaks the answer
Fails: /openapi.json tells of text/csv, and of nothing else
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
    def __init__(self, content: str, filename: str = "export.csv"):
        super().__init__(content, media_type="text/csv")
        self.headers["Content-Disposition"] = f"attachment; filename={filename}"


@app.get("/orders.csv")
def export_orders(response: Response, title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    response.headers["X-Total-Count"] = str(len(orders))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["customer", "item", "note"])
    writer.writerows(order.values() for order in orders)
    return CSVResponse(text.getvalue(), f"{title}.csv")
