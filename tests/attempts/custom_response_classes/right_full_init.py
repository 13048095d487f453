# exercise: custom_response_classes
"""The class takes the orders and the title; its signature is that of Response, and more."""

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

    def __init__(
        self,
        content=None,
        status_code=200,
        headers=None,
        media_type=None,
        background=None,
        *,
        title="export",
    ):
        super().__init__(content, status_code, headers, media_type, background)
        self.headers["X-Total-Count"] = str(len(content or []))
        self.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.csv"

    def render(self, content: list[dict] | None) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, ["customer", "item", "note"], quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(content or [])
        return text.getvalue().encode("utf-8-sig")


@app.get("/orders.csv", response_class=CSVResponse)
def export_orders(title: str = "orders"):
    return CSVResponse(json.loads(ORDERS.read_text()), title=title)
