# exercise: partial_updates
"""Starlette alone: a class for the address, a counter in an ETag that is no word."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Offer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    price: int = Field(gt=0)
    sale_price: int | None = Field(None, gt=0)
    stock: int = Field(ge=0)

    @model_validator(mode="after")
    def check_sale(self):
        if self.sale_price is not None and self.sale_price >= self.price:
            raise ValueError("sale_price must be below price")
        return self


class Store:
    def __init__(self):
        self.offer, self.version = Offer(price=320, sale_price=250, stock=12), 1


store = Store()


def answer():
    return JSONResponse(
        store.offer.model_dump(), headers={"etag": f'"offer/{store.version};x=+~"'}
    )


class OfferEndpoint(HTTPEndpoint):
    async def get(self, request):
        return answer()

    async def patch(self, request):
        body = await request.json()
        want = request.headers.get("if-match")
        if want is None:
            return Response(status_code=428)
        if want != "*" and f'"offer/{store.version};x=+~"' not in want.split(", "):
            return Response(status_code=412)
        try:
            store.offer = Offer.model_validate({**dict(store.offer), **body})
        except ValidationError as e:
            return Response(e.json(), 422, media_type="application/json")
        store.version += 1
        return answer()


app = Starlette(routes=[Route("/offer", OfferEndpoint)])
