# exercise: custom_response_classes
"""Writes a file and lets FileResponse name it; a background task takes it away."""

import csv
import json
import os
import tempfile
from pathlib import Path

from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import FileResponse

ORDERS = Path(os.environ["ORDERS"])
app = FastAPI(title="custom_response_classes")


class CSVFile(FileResponse):
    media_type = "text/csv"


@app.get("/orders.csv", response_class=CSVFile)
def export_orders(tasks: BackgroundTasks, title: str = "orders"):
    orders = json.loads(ORDERS.read_text())
    with tempfile.NamedTemporaryFile(
        "w", suffix=".csv", newline="", encoding="utf-8", delete=False
    ) as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "item", "note"])
        writer.writerows(order.values() for order in orders)
    tasks.add_task(os.unlink, file.name)
    return CSVFile(
        file.name,
        media_type="text/csv",
        filename=f"{title}.csv",
        headers={"X-Total-Count": str(len(orders))},
    )
