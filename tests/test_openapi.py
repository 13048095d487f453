"""An app's own document: valid or not, followed, judged, and never trusted."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from clinic import openapi
from clinic.errors import SubmissionError
from clinic.openapi import Document, read_document
from clinic.serving import serve


class Order(BaseModel):
    sku: str
    quantity: int = 1


class Missing(BaseModel):
    detail: str


def shop() -> FastAPI:
    app = FastAPI(title="shop")

    @app.get("/health")
    async def health() -> None: ...

    @app.post(
        "/orders/{day}",
        dependencies=[Depends(HTTPBearer())],
        responses={404: {"model": Missing}, "5XX": {"description": "a crash"}},
        status_code=201,
    )
    async def create(day: int, order: Order, q: str = "") -> Order:
        return order

    @app.webhooks.post("order-shipped")
    async def shipped(order: Order) -> None: ...

    return app


@pytest.fixture
def data() -> dict[str, Any]:
    return deepcopy(shop().openapi())


def test_a_document_is_read_over_http() -> None:
    with serve(shop()) as api:
        document = read_document(api)
    assert document.problems() == []
    assert [o.name for o in document.operations] == ["GET /health", "POST /orders/{day}"]
    assert [o.path for o in document.webhooks] == ["order-shipped"]


def test_an_operation_tells_what_it_takes_and_answers(data: dict[str, Any]) -> None:
    document = Document(data)
    create = document.operation("POST", "/orders/{any_name}")
    assert [(p["in"], p["name"]) for p in create.parameters()] == [("path", "day"), ("query", "q")]
    assert create.at("responses", "404", "description") == "Not Found"
    assert document.follow(create.body())["required"] == ["sku"]
    assert document.misfits(create.schema(404), {"detail": "No such day"}) == []
    assert document.misfits(create.schema(404), {}) == ["'detail' is a required property"]
    assert create.response(503) == {"description": "a crash"}
    assert create.schema(503) is None
    assert create.response(302) is None


def test_a_misfit_names_the_place(data: dict[str, Any]) -> None:
    document = Document(data)
    schema = document.operation("POST", "/orders/{day}").schema(201)
    (words,) = document.misfits(schema, {"sku": "lamp", "quantity": "two"})
    assert words == "quantity: 'two' is not of type 'integer'"


def test_security_is_that_of_the_operation_or_else_of_the_document(data: dict[str, Any]) -> None:
    data["security"] = [{"Other": []}]
    document = Document(data)
    assert document.operation("POST", "/orders/{day}").security() == ({"HTTPBearer": []},)
    assert document.operation("GET", "/health").security() == ({"Other": []},)
    assert document.problems() == ["/openapi.json: GET /health wants Other, which is no scheme."]


def test_an_operation_that_is_not_told_of_is_the_submissions_fault(data: dict[str, Any]) -> None:
    with pytest.raises(SubmissionError, match="does not tell of GET /orders"):
        Document(data).operation("GET", "/orders")


def test_keys_that_are_not_there_are_none(data: dict[str, Any]) -> None:
    document = Document(data)
    assert document.at("info", "title") == "shop"
    assert document.at("info", "contact", "email") is None
    assert document.at("info", "title", "more", 3) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"info": {"title": "shop"}}, '"version" is a required property'),
        ({"openapi": "3.0.2"}, "is of OpenAPI 3.0.2"),
        ({"paths": {"/x": {"get": {"responses": 7}}}}, "is not valid at paths"),
        ({"x": {"$ref": "#/components/schemas/None"}}, "leads nowhere"),
        ({"x": {"$ref": "#/x"}}, "round in a circle"),
        ({"x": {"$ref": "file:///etc/passwd"}}, "leads out of the document"),
        ({"x": {"$dynamicRef": "http://127.0.0.1:1/"}}, "leads out of the document"),
    ],
)
def test_problems_are_told_in_words(
    change: dict[str, Any], words: str, data: dict[str, Any]
) -> None:
    problems = Document(data | change).problems()
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize("odd", [None, [], 7, "text", {}, {"openapi": None, "paths": [1]}])
def test_a_document_of_another_form_is_a_problem_and_no_crash(odd: object) -> None:
    document = Document(odd)
    assert document.problems()
    assert document.operations == ()
    assert document.at("components", "schemas", 0) is None
    with pytest.raises(SubmissionError):
        document.operation("GET", "/health")


def test_a_schema_that_is_none_is_the_submissions_fault(data: dict[str, Any]) -> None:
    with pytest.raises(SubmissionError, match="cannot be judged"):
        Document(data).misfits({"type": "no such type"}, {})


def test_a_schema_without_end_is_given_up(
    data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openapi, "LONGEST_READING", 0.2)
    schemas = data["components"]["schemas"]
    for number in range(60):  # two to the power of sixty
        following = {"$ref": f"#/components/schemas/L{number + 1}"}
        schemas[f"L{number}"] = {"allOf": [following, following]}
    schemas["L60"] = {}
    with pytest.raises(SubmissionError, match="longer than"):
        Document(data).misfits({"$ref": "#/components/schemas/L0"}, {})


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(404, b"{}", "answered 404"), (200, b"<p>", "is not JSON"), (200, b"[]", "no JSON object")],
)
def test_what_is_no_document_is_told(status: int, body: bytes, words: str) -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/openapi.json")
    async def document() -> Any:
        from fastapi import Response

        return Response(body, status, media_type="application/json")

    with serve(app) as api, pytest.raises(SubmissionError, match=words):
        read_document(api)
