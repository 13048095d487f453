# exercise: custom_response_classes
"""A dependency sets the headers, and the endpoint returns rows."""

import csv
import io
import json
import os
from pathlib import Path
from urllib.parse import quote

from fastapi import Depends, FastAPI, Response

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVResponse(Response):
    media_type = "text/csv"

    def render(self, content):
        text = io.StringIO()
        csv.writer(text).writerows(content)
        return text.getvalue().encode()


def load():
    return json.loads(ORDERS.read_text())


def heads(response: Response, orders=Depends(load), title: str = "orders"):
    response.headers["X-Total-Count"] = str(len(orders))
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=utf-8''{quote(title, safe='')}.csv"
    )


@app.get("/orders.csv", response_class=CSVResponse, dependencies=[Depends(heads)])
def export_orders(orders=Depends(load)):
    return [["customer", "item", "note"], *([o["customer"], o["item"], o["note"]] for o in orders)]
