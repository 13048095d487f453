# exercise: custom_response_classes
"""A generator endpoint that sets its headers inside, when the answer has begun.

Fails: X-Total-Count tells how many orders the export holds
Fails: the file is named like the title: with a blank, é, 東京, a semicolon or a percent sign
"""

import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVStream(StreamingResponse):
    media_type = "text/csv"


@app.get("/orders.csv", response_class=CSVStream)
def export_orders(response: Response, title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    response.headers["X-Total-Count"] = str(len(orders))
    name = quote(f"{title}.csv")
    response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{name}"
    for row in [["customer", "item", "note"], *(list(order.values()) for order in orders)]:
        text = io.StringIO()
        csv.writer(text).writerow(row)
        yield text.getvalue()
