# exercise: path_operation_configuration
"""Methods of a class, registered one by one; they return refusals in the form of a TypedDict."""

from http import HTTPStatus

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from typing_extensions import TypedDict


class Price(BaseModel):
    sku: str
    amount: int


class Change(BaseModel):
    amount: int


class Fault(TypedDict, total=False):
    code: str
    message: str


class Prices:
    def __init__(self):
        self.all = {}

    def add(self, new: Price, response: Response) -> Price:
        if new.sku in self.all:
            return JSONResponse({"code": "taken", "message": "There is one"}, 409)
        self.all[new.sku] = new
        response.headers["Location"] = f"/prices/{new.sku}"
        return new

    def read(self, sku: str) -> Price:
        return self.all.get(sku) or JSONResponse({"code": "missing", "message": "None"}, 404)

    def change(self, sku: str, change: Change) -> Price:
        if sku in self.all:
            self.all[sku] = Price(sku=sku, amount=change.amount)
        return self.read(sku)

    def count(self) -> int:
        return len(self.all)


def fault(status: HTTPStatus):
    return {status: {"model": Fault}}


shop = Prices()
app = FastAPI(
    generate_unique_id_function=lambda route: (
        f"{route.name}_{sorted(route.methods)[0]}_{len(route.path)}"
    )
)
route = app.add_api_route
route(
    "/prices",
    shop.add,
    methods=["POST"],
    status_code=HTTPStatus.CREATED,
    responses=fault(HTTPStatus.CONFLICT),
)
for method in ("PUT", "PATCH"):
    route("/prices/{sku}", shop.change, methods=[method], responses=fault(HTTPStatus.NOT_FOUND))
route("/prices/{sku}", shop.read, responses=fault(HTTPStatus.NOT_FOUND))
route("/getPrice", shop.read, deprecated=True, responses=fault(HTTPStatus.NOT_FOUND))
route("/internal/count", shop.count, include_in_schema=False)
